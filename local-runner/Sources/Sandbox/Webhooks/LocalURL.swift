import FoundationEssentials

/// Where a request for a URL really connects: always `http` on a loopback address.
struct LocalURL: Sendable, Equatable {
    let host: String
    let port: Int
    /// Path and query as they go into the request line.
    let target: String
    /// What the `Host` field says: the public name, as behind a reverse proxy.
    let authority: String

    /// `url` as Parley configured it, fragment removed. A URL under `publicURL` connects to `deliveryURL`.
    init(_ url: String, publicURL: String, deliveryURL: String?) throws(WebhookFailure) {
        guard let parsed = URLComponents(string: url), let host = parsed.host, !host.isEmpty else { throw .forbidden }
        let isOurs = url == publicURL || url.hasPrefix(publicURL + "/") || url.hasPrefix(publicURL + "?")
        let base = isOurs ? deliveryURL.flatMap { URLComponents(string: $0) } ?? parsed : parsed
        guard base.scheme == "http", let peer = base.host, LocalURL.isLoopback(peer) else { throw .forbidden }
        self.host = peer.trimmingBrackets
        port = base.port ?? 80
        authority = parsed.port.map { "\(host):\($0)" } ?? host
        target = LocalURL.target(of: url)
    }

    private static func target(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "/" }
        let rest = url[scheme.upperBound...]
        guard let start = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        return rest[start] == "?" ? "/" + rest[start...] : String(rest[start...])
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.trimmingBrackets == "::1"
            || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }
}

extension String {
    /// `[::1]` -> `::1`.
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
