import Foundation
package import FunctionHost
import Logging
package import Web

/// What a test runs a function in: the code called directly, or its executable behind a Runtime API.
package enum FunctionSubject: Sendable {
    case inProcess(Function, variables: [String: String] = [:])
    /// A product of this package, `health`; `variables` are all the environment it gets beside the host's own.
    case process(String, variables: [String: String] = [:])
}

/// Runs the body with a function that is ready for invocations; afterwards it is gone.
///
///     try await withFunction(.process("health", variables: ["DATABASE_URL": url])) { client in
///         #expect(try await client.send(Request(method: .get, path: "/health")).status == 200)
///     }
package func withFunction<Result: Sendable>(
    _ subject: FunctionSubject, _ body: (FunctionClient) async throws -> Result
) async throws -> Result {
    switch subject {
    case .inProcess(let function, let variables):
        return try await body(try FunctionClient(calling: function, variables))
    case .process(let product, let variables):
        return try await withRuntimeAPI { server in
            let process = try FunctionProcess(product, serving: server, variables: variables)
            defer { process.kill() }
            return try await body(FunctionClient { try await server.invoke($0) })
        }
    }
}

/// Sends invocations to one function.
package struct FunctionClient: Sendable {
    /// The whole invocation: payload in, outcome out.
    package let invoke: @Sendable ([UInt8]) async throws -> InvocationOutcome

    init(_ invoke: @escaping @Sendable ([UInt8]) async throws -> InvocationOutcome) {
        self.invoke = invoke
    }

    init(calling function: Function, _ variables: [String: String]) throws {
        let configuration = Configuration(environment: variables)
        let dispatcher = Dispatcher(
            function: function, settings: try HTTPSettings(configuration),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        self.init { payload in
            let context = InvocationContext(
                requestID: UUID().uuidString.lowercased(),
                functionARN: "arn:aws:lambda:eu-west-1:000000000000:function:test",
                deadline: Date() + 30)
            do {
                return .result(try await dispatcher.serve(payload, context: context))
            } catch {
                return .failure(Array(String(describing: error).utf8))
            }
        }
    }

    /// An HTTP request through the event form and back.
    package func send(_ request: Request) async throws -> Response {
        switch try await invoke(HTTPEventWriter.json(request)) {
        case .result(let bytes): return try HTTPEventResponseReader.response(bytes)
        case .failure(let error): throw TestSetupError("the function failed: \(String(decoding: error, as: UTF8.self))")
        case .exited(let status): throw TestSetupError("the function's process ended with \(status)")
        }
    }
}

package enum InvocationOutcome: Sendable, Equatable {
    case result([UInt8])
    /// The error document.
    case failure([UInt8])
    /// The process ended first; negative for a signal.
    case exited(Int32)

    package var text: String {
        switch self {
        case .result(let bytes), .failure(let bytes): String(decoding: bytes, as: UTF8.self)
        case .exited(let status): "exited \(status)"
        }
    }

    package var json: JSONValue? {
        try? JSONValue(parsing: Array(text.utf8))
    }
}
