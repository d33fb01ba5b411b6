import WhatsAppWire

/// Uploaded files, as uploaded: encrypted. Named by the token in their address, bounded in size and number.
@ServerLoop
final class MediaStore {
    private static let maximumFiles = 2_000

    nonisolated let fileLimit: Int
    private let totalLimit: Int
    private var files: [String: [UInt8]] = [:]
    /// Oldest first.
    private var order: [String] = []
    private var total = 0
    /// What uploads have to show; clients get it with `media_conn`.
    let auth: String

    init(limits: (file: Int, total: Int), auth: String) {
        fileLimit = limits.file
        totalLimit = limits.total
        self.auth = auth
    }

    /// - Returns: the path to download from.
    func keep(_ bytes: [UInt8]) -> String {
        let token = Self.token(Digest.sha256(bytes))
        if files[token] == nil {
            files[token] = bytes
            order.append(token)
            total += bytes.count
        }
        while total > totalLimit || order.count > Self.maximumFiles, order.count > 1 { drop(order[0]) }
        return "/v/t62.7118-24/\(token)?ccb=11-4"
    }

    func file(path: String) -> [UInt8]? {
        let name = path.split(separator: "?", maxSplits: 1).first?.split(separator: "/").last
        return name.flatMap { files[String($0)] }
    }

    private func drop(_ token: String) {
        order.removeAll { $0 == token }
        total -= files.removeValue(forKey: token)?.count ?? 0
    }

    /// URL-safe base64 without padding: clients differ in whether they keep it.
    nonisolated static func token(_ digest: [UInt8]) -> String {
        String(Base64.encodeURLSafe(digest).prefix { $0 != "=" })
    }
}
