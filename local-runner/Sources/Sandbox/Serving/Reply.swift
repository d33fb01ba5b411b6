import Web

/// What a simulated endpoint answers: a real answer, a stream, or one of the ways a connection goes wrong.
enum Reply: Sendable {
    case whole(Web.Response)
    /// Server-sent events, written as they come.
    case stream(status: Int, headers: Headers, chunks: AsyncStream<[UInt8]>)
    /// Says nothing for so many seconds, then drops the connection.
    case silence(seconds: Double)
    /// Promises a body, writes a part of it and drops the connection.
    case broken(partial: [UInt8])

    static func json(_ value: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = []) -> Reply {
        .whole(
            Response(
                status: status,
                headers: Headers([(name: "content-type", value: "application/json; charset=utf-8")] + headers),
                body: value.bytes))
    }

    static let noContent = Reply.whole(.noContent)
}

/// One route of the simulators, in the form of `Web.Route`.
struct Endpoint: Sendable {
    let route: Route
    let answer: @Sendable (Web.Request) async throws -> Reply

    init(_ declaration: String, _ answer: @escaping @Sendable (Web.Request) async throws -> Reply) {
        guard let route = Route(declaration) else { preconditionFailure("malformed route: \(declaration)") }
        self.route = route
        self.answer = answer
    }
}

/// Finds the most specific endpoint; `nil` when no path matches.
struct Endpoints: Sendable {
    private let sorted: [Endpoint]

    init(_ endpoints: [Endpoint]) {
        sorted = endpoints.sorted { $0.route.specificity.lexicographicallyPrecedes($1.route.specificity) }
    }

    /// As `Web.Router` does: HEAD as GET, OPTIONS says what may be asked, 405 when only the method differs.
    func answer(_ request: Web.Request) async throws -> Reply {
        if let reply = try await answer(request, as: request.method) { return reply }
        if request.method == .head, let reply = try await answer(request, as: .get) { return reply }
        let methods = Set(
            sorted.filter { $0.route.match(method: $0.route.method, path: request.path) != nil }.map(\.route.method))
        guard !methods.isEmpty else { throw Fault.notFound("page in the sandbox") }
        let allowed = methods.union(["OPTIONS"]).union(methods.contains("GET") ? ["HEAD"] : []).sorted()
        guard request.method == .options else { throw Fault.methodNotAllowed(allowed) }
        return .whole(
            Response(status: 204, headers: Headers([(name: "allow", value: allowed.joined(separator: ", "))])))
    }

    private func answer(_ request: Web.Request, as method: Web.Request.Method) async throws -> Reply? {
        for endpoint in sorted {
            guard let parameters = endpoint.route.match(method: method.rawValue, path: request.path) else { continue }
            var request = request
            request.pathParameters = parameters
            return try await endpoint.answer(request)
        }
        return nil
    }
}

extension Web.Request {
    func pathParameter(_ name: String) -> String { pathParameters[name] ?? "" }

    func jsonBody() throws -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Fault.malformed("The body is not JSON.")
        }
    }
}
