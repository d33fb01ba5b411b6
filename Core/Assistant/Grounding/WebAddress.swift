/// A link as it is compared: by host, port, path and query, whatever its scheme and spelling.
struct WebAddress: Sendable, Equatable {
    var host: String
    /// With its colon; empty: not said.
    var port = ""
    /// Without the last slash.
    var path = ""
    var query = ""

    /// - Parameters:
    ///   - authority: `user@host:port`
    ///   - rest: from the first `/`, `?` or `#`.
    init(authority: String, rest: String) {
        var place = authority[...]
        if let at = place.lastIndex(of: "@") { place = place[place.index(after: at)...] }
        if !place.hasPrefix("["), let colon = place.lastIndex(of: ":") {
            port = String(place[colon...])
            place = place[..<colon]
        }
        let labels = PublicSuffixes.labels(of: String(place))
        let bare = labels.first == "www" && labels.count > 2 ? Array(labels.dropFirst()) : labels
        host = bare.filter { !$0.isEmpty }.joined(separator: ".")
        let path = rest.prefix { $0 != "?" && $0 != "#" }
        query = String(rest.dropFirst(path.count).prefix { $0 != "#" })
        self.path = String(path.replacing("\\", with: "/"))
        while self.path.last == "/" { self.path.removeLast() }
    }

    var text: String { host + port + path + query }

    /// Host and path, or only the host of one that has a path; never a path or a query that the other lacks.
    func isNamed(by other: WebAddress) -> Bool {
        guard host == other.host, port == other.port || port.isEmpty else { return false }
        if path.isEmpty, query.isEmpty { return true }
        return path == other.path && (query.isEmpty || query == other.query)
    }
}
