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

    private func specific(method: String, path: String) -> Match? {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if let match = exact["\(method) \(path)"] ?? exact["ANY \(path)"] { return match }
        for candidate in patterns {
            guard let parameters = candidate.route.match(method: method, path: path) else { continue }
            return Match(function: candidate.function, routeKey: candidate.key, parameters: parameters)
        }
        return nil
    }
}
