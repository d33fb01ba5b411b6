import FunctionHost
import WhatsAppWire

/// Which servers files of WhatsApp Web lines are fetched from. The sender wrote the file's address: of it only the path is
/// believed, and the host where it is one of WhatsApp's own.
enum MediaHosts: Sendable, Equatable {
    case whatsApp
    /// Everything from one server, as `host:port`.
    case test(host: String, isPlain: Bool)

    /// Serves every file, whichever of the others its sender was given.
    private static let everywhere = "mmg.whatsapp.net"

    /// - Parameter server: of the test switch: `ws://host:port/path`. Files are where the socket is.
    init(testServer server: String?) throws(ConfigurationError) {
        guard let server else {
            self = .whatsApp
            return
        }
        let isPlain = server.hasPrefix("ws://")
        guard let host = Self.host(of: server, scheme: isPlain ? "ws://" : "wss://") else {
            throw .malformed("WHATSAPP_WEB_URL")
        }
        self = .test(host: host, isPlain: isPlain)
    }

    /// In the order in which to try them; none when the file's path is not one.
    func addresses(of file: EncryptedMedia) -> [String] {
        switch self {
        case .test(let host, let isPlain):
            Self.addresses(of: file, at: [host]).map { isPlain ? "http" + $0.dropFirst("https".count) : $0 }
        case .whatsApp:
            Self.addresses(of: file, at: Self.hosts(of: file))
        }
    }

    private static func addresses(of file: EncryptedMedia, at hosts: [String]) -> [String] {
        hosts.compactMap { MediaConnection.downloadURL(host: $0, media: file) }
    }

    private static func hosts(of file: EncryptedMedia) -> [String] {
        guard let named = file.url.flatMap({ host(of: $0, scheme: "https://") }), named != everywhere,
            named.hasSuffix(".whatsapp.net"), !named.contains(":")
        else { return [everywhere] }
        return [named, everywhere]
    }

    /// `host` or `host:port` in lower case; `nil` for another scheme, and for anything but plain names.
    private static func host(of address: String, scheme: String) -> String? {
        guard address.hasPrefix(scheme) else { return nil }
        let host = address.dropFirst(scheme.count).prefix { !"/?#".contains($0) }.lowercased()
        let isPlain = host.utf8.allSatisfy { byte in
            (0x30...0x3A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        return isPlain && (1...253).contains(host.utf8.count) ? host : nil
    }
}
