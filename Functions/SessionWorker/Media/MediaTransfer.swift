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
    private static let timeout = 120.0
    /// Real seconds in which one of the media servers has to take a file.
    static let uploadTime = 90.0
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
        for host in try await mediaConnection().hosts {
            guard let url = MediaConnection.downloadURL(host: host, media: file) else { throw MediaError.malformed }
            let downloaded = try DownloadedFile(file, limit: limit + Self.overhead, in: folders)
            let response = try await http.send(
                OutboundRequest(
                    method: "GET", url: plain(url), headers: Self.origin, receive: { downloaded.take($0) },
                    timeout: Self.timeout, maximumResponse: limit + Self.overhead))
            if [403, 404, 410].contains(response.status) { return nil }
            guard response.status == 200 else { continue }
            return try downloaded.opened()
        }
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
        let end = ContinuousClock.now + .seconds(Self.uploadTime)
        for host in servers.hosts {
            guard let url = servers.uploadURL(host: host, kind: kind, digest: digest), end > .now else { break }
            let response = try await http.send(
                OutboundRequest(
                    method: "POST", url: plain(url), headers: Self.origin, upload: file.upload,
                    timeout: (end - .now) / .seconds(1)))
            guard response.status == 200, let stored = Stored(response.body) else { continue }
            var reference = EncryptedMedia(
                kind: kind, mimeType: mimeType, directPath: stored.path, mediaKey: mediaKey, digest: digest)
            reference.url = stored.url
            return reference
        }
        throw FileError.notStored
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
