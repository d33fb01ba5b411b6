/// The routes of one function and what answers them.
package struct Router: Sendable {
    package typealias Handle = @Sendable (Request) async throws -> Response

    package private(set) var routes: [(declaration: String, route: Route, handle: Handle)] = []

    package init() {}

    /// Adds a route in the form of `function.json`: `"POST /api/auth/login"`. A malformed declaration is a bug of ours.
    package mutating func on(_ declaration: String, _ handle: @escaping Handle) {
        guard let route = Route(declaration) else { preconditionFailure("malformed route: \(declaration)") }
        routes.append((declaration, route, handle))
        routes.sort { $0.route.specificity.lexicographicallyPrecedes($1.route.specificity) }
    }

    /// Answers with the most specific matching route. 404 when no path matches, 405 when only the method differs.
    package func handle(_ request: Request) async throws -> Response {
        for entry in routes {
            if let parameters = entry.route.match(method: request.method.rawValue, path: request.path) {
                var request = request
                request.pathParameters = parameters
                return try await entry.handle(request)
            }
        }
        let allowed = routes.filter { $0.route.match(method: $0.route.method, path: request.path) != nil }
        throw allowed.isEmpty ? Fault.notFound("page") : Fault.methodNotAllowed(allowed.map(\.route.method).sorted())
    }
}
