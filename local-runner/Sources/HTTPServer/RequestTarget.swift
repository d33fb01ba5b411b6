package import NIOHTTP1

extension HTTPRequestHead {
    /// Path and query as they were sent. An absolute-form target (a proxy's) loses its scheme and authority.
    package var target: (path: Substring, query: Substring) {
        var rest = Substring(uri)
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        }
        let end = rest.firstIndex(of: "#") ?? rest.endIndex
        rest = rest[..<end]
        guard let mark = rest.firstIndex(of: "?") else { return (rest.isEmpty ? "/" : rest, "") }
        let path = rest[..<mark]
        return (path.isEmpty ? "/" : path, rest[rest.index(after: mark)...])
    }

    /// Of an absolute-form target, which then counts and not the `Host` field (RFC 9112, 3.2.2).
    var authority: String? {
        guard !uri.hasPrefix("/") else { return nil }
        let scheme = uri.utf8.prefix(8).map { $0 | 0x20 }
        let start = [Array("http://".utf8), Array("https://".utf8)].first { scheme.starts(with: $0) }
        guard let start else { return nil }
        return String(Substring(uri.utf8.dropFirst(start.count)).prefix { !"/?#".contains($0) })
    }
}
