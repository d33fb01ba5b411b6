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

    /// Answers with the most specific matching route. HEAD is answered as GET is, and its host leaves the body away; OPTIONS says
    /// what may be asked. 404 when no path matches, 405 when only the method differs.
    package func handle(_ request: Request) async throws -> Response {
        if let response = try await answer(request, as: request.method) { return response }
        if request.method == .head, let response = try await answer(request, as: .get) { return response }
        let methods = methods(at: request.path)
        if methods.isEmpty { throw Fault.notFound("page") }
        guard request.method == .options else { throw Fault.methodNotAllowed(methods) }
        return Response(status: 204, headers: Headers([("allow", methods.joined(separator: ", "))]))
    }

    private func answer(_ request: Request, as method: Request.Method) async throws -> Response? {
        let parts = Route.parts(of: request.path)
        for entry in routes {
            guard let parameters = entry.route.match(method: method.rawValue, parts: parts) else { continue }
            var request = request
            request.method = method
            request.pathParameters = parameters
            return try await entry.handle(request)
        }
        return nil
    }

    /// What may be asked of a path (RFC 9110, 10.2.1); empty when nobody serves it.
    private func methods(at path: String) -> [String] {
        let parts = Route.parts(of: path)
        let matching = routes.filter { $0.route.match(method: $0.route.method, parts: parts) != nil }
        let found = Set(matching.map(\.route.method))
        guard !found.isEmpty else { return [] }
        return found.union(["OPTIONS"]).union(found.contains("GET") ? ["HEAD"] : []).sorted()
    }
}
