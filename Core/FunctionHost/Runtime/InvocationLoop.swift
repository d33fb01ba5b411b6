import FoundationEssentials
import Glibc
import Logging

/// Fetches, serves and answers one invocation after the other.
struct InvocationLoop {
    let client: RuntimeClient
    let shutdown: Shutdown
    let logger: Logger

    /// A function that can't be made is reported to whoever waits for it; then the process ends.
    func start(
        _ name: String, _ configuration: Configuration,
        _ make: @Sendable (FunctionEnvironment) async throws -> Function
    ) async throws -> Dispatcher {
        do {
            let environment = FunctionEnvironment.live(name, configuration: configuration, logger: logger)
            return Dispatcher(
                function: try await make(environment), settings: try HTTPSettings(configuration), logger: logger)
        } catch {
            try client.failToStart(ReportedError(error))
            throw error
        }
    }

    /// Returns when the process was asked to end; throws when the host can't be understood any more.
    func run(_ dispatcher: Dispatcher) async throws {
        while !shutdown.isRequested {
            let invocation = try client.next(shutdown.waiting)
            if let traceID = invocation.context.traceID { setenv("_X_AMZN_TRACE_ID", traceID, 1) }
            CurrentInvocation.requestID = invocation.context.requestID
            try await serve(invocation, dispatcher)
            CurrentInvocation.requestID = nil
            // What a handler printed belongs to this invocation, also when stdout is a pipe.
            fflush(nil)
        }
    }

    private func serve(_ invocation: Invocation, _ dispatcher: Dispatcher) async throws {
        let status =
            switch await dispatcher.outcome(of: invocation) {
            case .success(let result): try client.respond(to: invocation.context.requestID, with: result)
            case .failure(let error): try report(error, of: invocation)
            }
        if status != 202 { logger.error("the host refused the result", metadata: ["status": "\(status)"]) }
    }

    private func report(_ error: any Error, of invocation: Invocation) throws -> Int {
        logger.error("the invocation failed", metadata: ["error": "\(String(reflecting: error))"])
        return try client.fail(invocation.context.requestID, ReportedError(error))
    }
}
