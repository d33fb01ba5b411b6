import Synchronization
import WhatsAppWire

/// A file of WhatsApp's on its way in: checked as it comes, kept on disk as it came, and opened only when all of it was what its
/// message announced.
final class DownloadedFile: Sendable {
    private struct State {
        var verifier: MediaVerifier
        var failure: (any Error)?
    }

    private static let piece = 1 << 16

    private let state: Mutex<State>
    private let file: TemporaryFile

    /// - Parameter limit: bytes of the encrypted file.
    init(_ announced: EncryptedMedia, limit: Int, in folders: [String]) throws {
        state = Mutex(
            State(
                verifier: try MediaVerifier(
                    mediaKey: announced.mediaKey, kind: announced.kind, digest: announced.digest, limit: limit)))
        file = try TemporaryFile(in: folders)
    }

    /// - Returns: false when no more is taken; `opened` says why.
    @discardableResult
    func take(_ piece: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.failure == nil else { return false }
            do {
                try state.verifier.update(piece)
                try file.append(piece)
                return true
            } catch {
                state.failure = error
                return false
            }
        }
    }

    /// Why no more was taken.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// The plain file.
    func opened() throws -> [UInt8] {
        let verifier = try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.verifier
        }
        var decryptor = try verifier.finish()
        var plain: [UInt8] = []
        plain.reserveCapacity(file.length)
        var offset = 0
        while true {
            let piece = try file.read(at: offset, most: Self.piece)
            guard !piece.isEmpty else { break }
            offset += piece.count
            plain += try decryptor.update(piece)
        }
        return plain + (try decryptor.finish())
    }
}
