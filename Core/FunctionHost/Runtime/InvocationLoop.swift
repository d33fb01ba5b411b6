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
        guard !shutdown.isRequested else { return }
        var invocation = try client.next(shutdown.waiting)
        while let next = try await serve(invocation, dispatcher) { invocation = next }
    }

    /// Works on one invocation and fetches the next; `nil` when the process was asked to end.
    private func serve(_ invocation: Invocation, _ dispatcher: Dispatcher) async throws -> Invocation? {
        if let traceID = invocation.context.traceID { setenv("_X_AMZN_TRACE_ID", traceID, 1) }
        CurrentInvocation.requestID = invocation.context.requestID
        let outcome = await dispatcher.outcome(of: invocation)
        // What a handler printed belongs to this invocation, also when stdout is a pipe.
        fflush(nil)
        let (status, next) = try answer(invocation, with: outcome)
        CurrentInvocation.requestID = nil
        if status != 202 { logger.error("the host refused the result", metadata: ["status": "\(status)"]) }
        return next
    }

    private func answer(
        _ invocation: Invocation, with outcome: Result<[UInt8], any Error>
    ) throws -> (status: Int, next: Invocation?) {
        let id = invocation.context.requestID
        switch outcome {
        case .success(let result) where shutdown.isRequested:
            return (try client.respond(to: id, with: result), nil)
        case .success(let result):
            let (status, next) = try client.respond(to: id, with: result, thenNext: shutdown.waiting)
            return (status, next)
        case .failure(let error):
            let status = try report(error, of: invocation)
            return (status, shutdown.isRequested ? nil : try client.next(shutdown.waiting))
        }
    }

    private func report(_ error: any Error, of invocation: Invocation) throws -> Int {
        logger.error("the invocation failed", metadata: ["error": "\(String(reflecting: error))"])
        return try client.fail(invocation.context.requestID, ReportedError(error))
    }
}
