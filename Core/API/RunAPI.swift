package import FoundationEssentials
package import FunctionHost
import Glibc
import Web

/// The whole of an API function's `Main.swift`: serves the endpoints, and the events that are not HTTP.
///
/// With the argument `--describe` it prints what its endpoints are and ends; `parley openapi` puts those together.
///
/// - Parameter keeping: makes what is to be made once per process and reads what no call should be the first to miss, a
///   secret above all; what is wrong ends the start.
package func runAPI(
    _ name: String, _ endpoints: [Endpoint],
    onEvent: (@Sendable (APIEnvironment, Data, InvocationContext) async throws -> Data)? = nil,
    keeping: @escaping @Sendable (inout APIEnvironment) throws -> Void = { _ in }
) async -> Never {
    describeIfAsked(endpoints)
    await runFunction(name) { environment in
        let api = try APIEnvironment(
            environment, hasSessions: endpoints.contains { $0.admittance.needsSession },
            isOpen: endpoints.allSatisfy { $0.admittance == .everybody }, keeping: keeping)
        var function = Function(router: Router(endpoints, api))
        if let onEvent { function.onEvent = { payload, context in try await onEvent(api, payload, context) } }
        return function
    }
}

/// With the argument `--describe` prints what the endpoints are, and ends the process.
package func describeIfAsked(_ endpoints: [Endpoint]) {
    guard CommandLine.arguments.dropFirst().first == "--describe" else { return }
    print(String(decoding: Description.json(of: endpoints).bytes, as: UTF8.self))
    exit(0)
}

/// What a function says of itself.
enum Description {
    static func json(of endpoints: [Endpoint]) -> JSONValue {
        [
            "routes": .array(endpoints.flatMap(\.routes).sorted().map(JSONValue.string)),
            "paths": OpenAPI.paths(of: endpoints),
        ]
    }
}
