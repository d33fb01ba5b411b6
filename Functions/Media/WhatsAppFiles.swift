import Outbound
import WhatsAppWire

/// Fetches the encrypted files of WhatsApp Web lines and opens them: no byte is handed out of a file whose hashes and MAC
/// are not those its message announced.
struct WhatsAppFiles: Sendable {
    /// Seconds for one host; two of them fit into the function's time.
    private static let timeout = 12.0
    /// Bytes that encryption adds at most: padding and MAC.
    private static let overhead = 16 + 10
    private static let origin = [(name: "Origin", value: "https://web.whatsapp.com")]

    let http: HTTPClient
    let hosts: MediaHosts

    /// - Parameter limit: bytes of the plain file.
    func download(_ file: EncryptedMedia, limit: Int) async throws(WhatsAppFileError) -> [UInt8] {
        guard file.digest.length <= limit else { throw .tooLarge }
        let encrypted = try await fetch(file, limit: limit + Self.overhead)
        do {
            return try MediaDecryptor.decrypt(
                encrypted, mediaKey: file.mediaKey, kind: file.kind, digest: file.digest)
        } catch {
            throw .damaged
        }
    }

    /// From the first host that has it. Only when all say that it is gone, it is.
    private func fetch(_ file: EncryptedMedia, limit: Int) async throws(WhatsAppFileError) -> [UInt8] {
        let addresses = hosts.addresses(of: file)
        guard !addresses.isEmpty else { throw .damaged }
        var failure = WhatsAppFileError.gone
        for address in addresses {
            guard let answer = try await get(address, limit) else {
                failure = .retry
                continue
            }
            switch answer.status {
            case 200: return answer.body
            case 403, 404, 410: continue
            default: failure = .retry
            }
        }
        throw failure
    }

    /// `nil` when there was no answer.
    private func get(_ address: String, _ limit: Int) async throws(WhatsAppFileError) -> OutboundResponse? {
        do throws(OutboundError) {
            return try await http.send(
                OutboundRequest(
                    method: "GET", url: address, headers: Self.origin, timeout: Self.timeout, maximumResponse: limit))
        } catch {
            guard error.code != .tooLarge else { throw .tooLarge }
            return nil
        }
    }
}

enum WhatsAppFileError: Error, Sendable, Equatable, CustomStringConvertible {
    case gone
    /// Larger than the caller takes, whatever was announced.
    case tooLarge
    /// Not the file that its message announced.
    case damaged
    /// Unreachable or busy; try again later.
    case retry

    var description: String {
        switch self {
        case .gone: "WhatsApp no longer holds this file. The customer has to send it again."
        case .tooLarge: "The file is too large."
        case .damaged: "What WhatsApp's servers hold is not the file that was sent. The customer has to send it again."
        case .retry: "The file can't be fetched just now."
        }
    }
}
