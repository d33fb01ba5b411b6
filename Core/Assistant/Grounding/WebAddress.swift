/// A link as it is compared: by host and port, whatever its scheme and spelling, and by path, query and fragment as they are
/// written: of those another case is another address (RFC 3986, 6.2.2.1), and pages find their way by the fragment.
struct WebAddress: Sendable, Equatable {
    var host: String
    /// With its colon; empty: not said.
    var port = ""
    /// Without the last slash.
    var path = ""
    var query = ""
    /// With its sign; alone it says nothing.
    var fragment = ""

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
        let query = rest.dropFirst(path.count).prefix { $0 != "#" }
        self.query = String(query)
        fragment = String(rest.dropFirst(path.count + query.count))
        if fragment == "#" { fragment = "" }
        self.path = String(path.replacing("\\", with: "/"))
        while self.path.last == "/" { self.path.removeLast() }
    }

    var text: String { host + port + path + query + fragment }

    /// Host and path, or only the host of one that has a path; never a path, a query or a fragment that the other lacks.
    func isNamed(by other: WebAddress) -> Bool {
        guard host == other.host, port == other.port || port.isEmpty else { return false }
        if path.isEmpty, query.isEmpty, fragment.isEmpty { return true }
        guard path == other.path, query.isEmpty || query == other.query else { return false }
        return fragment.isEmpty || fragment == other.fragment && query == other.query
    }
}
