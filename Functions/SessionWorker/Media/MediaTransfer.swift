import Domain
import FoundationEssentials
import Outbound
import WhatsAppWire

/// Files: fetched when somebody wants them, checked before a byte of plaintext is handed out; encrypted before they leave. Both ways
/// they pass in pieces, over the disk.
actor MediaTransfer {
    /// Bytes of one file.
    static let mostBytes = 64 << 20
    /// Bytes that encryption adds at most: padding and MAC.
    private static let overhead = 16 + 10
    /// Real seconds that a file of theirs may take, whichever servers are asked for it.
    static let downloadTime = 120.0
    /// Real seconds in which the media servers have to take a file, together.
    static let uploadTime = 90.0
    /// Media servers that are asked for one file.
    private static let mostHosts = 4
    private static let origin = [(name: "Origin", value: "https://web.whatsapp.com")]

    private let server: StanzaChannel
    private let http: HTTPClient
    private let randomness: Randomness
    /// Test servers without a certificate serve their files without one, too.
    private let isPlain: Bool
    private let folders: [String]
    private var servers: (connection: MediaConnection, until: ContinuousClock.Instant)?

    /// - Parameter folders: for files on their way; the first that can be written is taken.
    init(
        server: StanzaChannel, http: HTTPClient, randomness: Randomness, isPlain: Bool,
        folders: [String] = TemporaryFile.folders
    ) {
        self.folders = folders
        self.server = server
        self.http = http
        self.randomness = randomness
        self.isPlain = isPlain
    }

    // MARK: Theirs

    /// The plain file, or `nil` when the servers no longer have it.
    /// - Parameter limit: bytes of it.
    func download(_ file: EncryptedMedia, limit: Int) async throws -> [UInt8]? {
        guard file.digest.length <= limit else { throw MediaError.tooLarge(limit: limit) }
        let hosts = try await mediaConnection().hosts
        let answer = try await firstAnswer(of: hosts, within: Self.downloadTime) { host, timeout -> Answer? in
            guard let url = MediaConnection.downloadURL(host: host, media: file) else { throw MediaError.malformed }
            let downloaded = try DownloadedFile(file, limit: limit + Self.overhead, in: folders)
            let response: OutboundResponse
            do {
                response = try await http.send(
                    OutboundRequest(
                        method: "GET", url: plain(url), headers: Self.origin, receive: { downloaded.take($0) },
                        timeout: timeout, maximumResponse: limit + Self.overhead))
            } catch {
                // A transfer that we ended ourselves.
                throw downloaded.failure ?? error
            }
            if [403, 404, 410].contains(response.status) { return .gone }
            return response.status == 200 ? .file(try downloaded.opened()) : nil
        }
        guard case .file(let bytes)? = answer else { return nil }
        return bytes
    }

    private enum Answer: Sendable {
        case file([UInt8])
        case gone
    }

    /// Asks one server after the other until one gives an answer. One that can't be reached, or is slow, leaves the others half of the
    /// time that is left.
    /// - Returns: `nil` when none gave one.
    /// - Throws: what the last one that could not be reached failed with, when none gave an answer.
    private func firstAnswer<Result: Sendable>(
        of hosts: [String], within seconds: Double,
        _ ask: (_ host: String, _ timeout: Double) async throws -> Result?
    ) async throws -> Result? {
        let end = ContinuousClock.now + .seconds(seconds)
        let hosts = hosts.prefix(Self.mostHosts)
        var failure: OutboundError?
        for (index, host) in hosts.enumerated() {
            let left = (end - .now) / .seconds(1)
            guard left > 0 else { break }
            do {
                if let answer = try await ask(host, index + 1 < hosts.count ? left / 2 : left) { return answer }
            } catch let error as OutboundError where error.code != .tooLarge {
                try Task.checkCancellation()
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
    }

    // MARK: Ours

    /// Encrypts a file as it is read, hands it to a media server, and says where it is.
    /// - Parameter source: gives the pieces in order.
    func upload(
        _ kind: MediaKind, mimeType: String, from source: (@escaping @Sendable ([UInt8]) -> Bool) async throws -> Void
    ) async throws -> EncryptedMedia {
        let mediaKey = randomness.bytes(32)
        let file = try EncryptedFile(mediaKey: mediaKey, kind: kind, limit: Self.mostBytes, in: folders)
        do {
            try await source { file.take($0) }
        } catch {
            // A transfer that we ended ourselves.
            throw file.failure ?? error
        }
        let digest = try file.finish()
        let servers = try await mediaConnection()
        let stored = try await firstAnswer(of: servers.hosts, within: Self.uploadTime) { host, timeout -> Stored? in
            guard let url = servers.uploadURL(host: host, kind: kind, digest: digest) else { return nil }
            let response = try await http.send(
                OutboundRequest(
                    method: "POST", url: plain(url), headers: Self.origin, upload: file.upload, timeout: timeout))
            return response.status == 200 ? Stored(response.body) : nil
        }
        guard let stored else { throw FileError.notStored }
        var reference = EncryptedMedia(
            kind: kind, mimeType: mimeType, directPath: stored.path, mediaKey: mediaKey, digest: digest)
        reference.url = stored.url
        return reference
    }

    private struct Stored: Decodable {
        let url: String
        let path: String

        private enum CodingKeys: String, CodingKey {
            case url
            case path = "direct_path"
        }

        init?(_ bytes: [UInt8]) {
            guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)) else { return nil }
            self = stored
        }
    }

    /// Hosts and their password, asked anew when it has run out.
    private func mediaConnection() async throws -> MediaConnection {
        if let servers, servers.until > .now { return servers.connection }
        let reply = try await server.ask { MediaConnection.query(id: $0) }
        let fresh = try MediaConnection(reply)
        servers = (fresh, .now + .seconds(fresh.timeToLive))
        return fresh
    }

    private func plain(_ url: String) -> String {
        guard isPlain else { return url }
        return "http" + url.dropFirst("https".count)
    }
}

enum FileError: Error, Sendable, CustomStringConvertible {
    case notStored
    /// The address the file was to be fetched from gave none.
    case notFound
    /// Too many others are on their way.
    case noRoom

    var description: String {
        switch self {
        case .notStored: "WhatsApp's media servers did not take the file"
        case .notFound: "the file to send could not be fetched"
        case .noRoom: "too many files are on their way"
        }
    }
}
