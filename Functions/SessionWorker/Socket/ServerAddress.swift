/// `ws://host[:port]/path` or `wss://...`, taken apart.
struct ServerAddress: Sendable, Equatable {
    let isSecure: Bool
    let host: String
    let port: Int
    let path: String

    init?(_ url: String) {
        let (scheme, isSecure) = url.hasPrefix("wss://") ? ("wss://", true) : ("ws://", false)
        guard url.hasPrefix(scheme) else { return nil }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else { return nil }
        guard parts.count == 1 || Int(parts[1]).map((1...65535).contains) == true else { return nil }
        self.isSecure = isSecure
        self.host = String(host)
        port = parts.count == 2 ? Int(parts[1]) ?? 0 : isSecure ? 443 : 80
        path = rest.count == authority.count ? "/" : String(rest.dropFirst(authority.count))
    }
}
