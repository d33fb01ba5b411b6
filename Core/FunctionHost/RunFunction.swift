import Environment
import Glibc
import Logging

/// The whole of a function's `Main.swift`: builds the environment, lets `make` wire the handlers, and serves invocations
/// until the host ends the process.
///
/// Runs on the caller's executor, the main one: nothing else happens in the process while it waits for work.
package func runFunction(
    _ name: String, _ make: @escaping @Sendable (FunctionEnvironment) async throws -> Function
) async -> Never {
    let shutdown = Shutdown.install()
    let configuration = Configuration.process
    let logger = Logger.json(function: name, configuration: configuration)
    guard let authority = configuration[.runtimeAPI] else {
        logger.critical("AWS_LAMBDA_RUNTIME_API is not set: a function is started by local-runner or AWS Lambda")
        exit(2)
    }
    do {
        let client = try RuntimeClient(authority: authority, readsAhead: configuration.runtimeReadsAhead)
        let loop = InvocationLoop(client: client, shutdown: shutdown, logger: logger)
        let dispatcher = try await loop.start(name, configuration, make)
        let signal = ShutdownSignal.request(authority: authority)
        try await loop.run(dispatcher)
        withExtendedLifetime(signal) {}
        exit(0)
    } catch {
        logger.critical("the function stops", metadata: ["error": "\(String(reflecting: error))"])
        exit(1)
    }
}
