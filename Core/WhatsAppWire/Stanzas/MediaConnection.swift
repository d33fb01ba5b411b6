/// Where media is uploaded to and fetched from.
package struct MediaConnection: Sendable, Equatable {
    package let auth: String
    /// Seconds. Drop it on reconnect as well.
    package let timeToLive: Int
    package let hosts: [String]

    package init(auth: String, timeToLive: Int, hosts: [String]) {
        self.auth = auth
        self.timeToLive = timeToLive
        self.hosts = hosts
    }

    package static func query(id: String) -> Node {
        IQ.set(id: id, xmlns: "w:m", [Node("media_conn")])
    }

    package init(_ reply: Node) throws(StanzaError) {
        guard let connection = reply.child("media_conn"), let auth = connection["auth"] else {
            throw StanzaError("iq.media_conn.auth")
        }
        let hosts = connection.children("host").prefix(16).compactMap { $0["hostname"] }.filter(Self.isHostName)
        guard !hosts.isEmpty else { throw StanzaError("iq.media_conn.host") }
        self.init(auth: auth, timeToLive: connection.integer("ttl") ?? 300, hosts: hosts)
    }

    package func reply(to iq: Node) -> Node {
        IQ.result(
            of: iq,
            [
                Node(
                    "media_conn",
                    [
                        "auth": .text(auth), "ttl": .number(timeToLive), "auth_ttl": .number(timeToLive),
                        // Some clients insist on it.
                        "max_buckets": "12",
                    ],
                    children: hosts.map { Node("host", ["hostname": .text($0)]) })
            ])
    }

    /// With an optional port, for servers of our own.
    private static func isHostName(_ name: String) -> Bool {
        name.utf8.count <= 253
            && name.utf8.allSatisfy { byte in
                (0x30...0x3A).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
                    || byte == 0x2D || byte == 0x2E
            }
    }

    /// POST the encrypted file here. Nil for kinds that are not uploaded.
    package func uploadURL(host: String, kind: MediaKind, digest: MediaDigest) -> String? {
        guard [.image, .video, .audio, .document, .sticker].contains(kind) else { return nil }
        let token = Self.escape(digest.uploadToken)
        return "https://\(host)/mms/\(kind.serverName)/\(token)?auth=\(Self.escape(auth))&token=\(token)"
    }

    /// GET; try the hosts in order. 403, 404 and 410 mean gone. Nil when the path is not one.
    package static func downloadURL(host: String, media: EncryptedMedia) -> String? {
        let path = media.directPath
        guard path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= 2048,
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 && $0 != 0x5C })
        else { return nil }
        let hash = escape(media.digest.uploadToken)
        let separator = path.contains("?") ? "&" : "?"
        return "https://\(host)\(path)\(separator)hash=\(hash)&mms-type=\(media.kind.serverName)&__wa-mms="
    }

    private static func escape(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.append(Character(UnicodeScalar(byte)))
            default: result += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
            }
        }
    }
}
