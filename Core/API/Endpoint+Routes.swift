package import Web

extension Endpoint {
    /// `GET /api/v1/organizations/{id}`; aliases have the same form.
    package var declaration: String { "\(method.rawValue) \(path)" }

    /// Canonical first.
    package var routes: [String] { [declaration] + aliases }

    /// Names in the path, in order: `id`.
    package var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}

extension Router {
    package init(_ endpoints: [Endpoint], _ api: APIEnvironment) {
        self.init()
        for endpoint in endpoints {
            for route in endpoint.routes { on(route) { try await endpoint.respond($0, api) } }
        }
    }
}
