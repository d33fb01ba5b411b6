import Web

/// Which function answers a request: full match, then `{var}`, then `{var+}`, then `$default`; a method beats `ANY`.
struct RouteTable: Sendable {
    struct Match: Equatable, Sendable {
        var function: String
        /// The declared route: `routeKey` of the event.
        var routeKey: String
        var parameters: [String: String]
    }

    private struct Candidate: Sendable {
        var route: Route
        var key: String
        var function: String
        /// Segments, each literal before variable before greedy; then a method before `ANY`.
        var rank: [Int]
    }

    /// Routes without variables, by "METHOD /path".
    private var exact: [String: Match] = [:]
    private var patterns: [Candidate] = []
    private var fallback: Match?

    /// Each function's declared routes; malformed ones were refused when the catalog was read.
    init(_ functions: [(name: String, routes: [String])]) {
        for function in functions {
            for declaration in function.routes { add(declaration, function.name) }
        }
        patterns.sort { $0.rank.lexicographicallyPrecedes($1.rank) }
    }

    private mutating func add(_ declaration: String, _ function: String) {
        if declaration == "$default" {
            fallback = Match(function: function, routeKey: declaration, parameters: [:])
            return
        }
        guard let route = Route(declaration) else { return }
        let isLiteral = route.segments.allSatisfy { if case .literal = $0 { true } else { false } }
        if isLiteral {
            exact[declaration] = Match(function: function, routeKey: declaration, parameters: [:])
        } else {
            patterns.append(
                Candidate(route: route, key: declaration, function: function, rank: route.specificity))
        }
    }

    /// `path` without the query. `HEAD` falls back to the route of `GET`.
    func match(method: String, path: String) -> Match? {
        if let match = specific(method: method, path: path) { return match }
        if method == "HEAD", let match = specific(method: "GET", path: path) { return match }
        return fallback
    }

    /// What may be asked of a path that `match` has nothing for; empty where there is no such path (RFC 9110, 15.5.6).
    func methods(at path: String) -> [String] {
        let path = Self.withoutEnd(path)
        let parts = Route.parts(of: path)
        let matching = patterns.filter { $0.route.match(method: $0.route.method, parts: parts) != nil }
        let found = Set(matching.map(\.route.method) + Self.known.filter { exact["\($0) \(path)"] != nil })
        guard !found.isEmpty else { return [] }
        return found.union(["OPTIONS"]).union(found.contains("GET") ? ["HEAD"] : []).sorted()
    }

    private static let known = ["DELETE", "GET", "PATCH", "POST", "PUT"]

    /// A slash at the end says nothing.
    private static func withoutEnd(_ path: String) -> String {
        path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path
    }

    private func specific(method: String, path: String) -> Match? {
        let path = Self.withoutEnd(path)
        if let match = exact["\(method) \(path)"] ?? exact["ANY \(path)"] { return match }
        let parts = Route.parts(of: path)
        for candidate in patterns {
            guard let parameters = candidate.route.match(method: method, parts: parts) else { continue }
            return Match(function: candidate.function, routeKey: candidate.key, parameters: parameters)
        }
        return nil
    }
}
