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
}
