package import Web

extension OpenAPI {
    /// Path items by canonical path; the routes of old clients stand in each operation's description.
    package static func paths(of endpoints: [Endpoint]) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for endpoint in endpoints {
            var item = paths[endpoint.path]?.object ?? [:]
            item[endpoint.method.rawValue.lowercased()] = endpoint.operation
            paths[endpoint.path] = .object(item)
        }
        return .object(paths)
    }
}
