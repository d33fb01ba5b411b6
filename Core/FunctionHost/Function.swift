package import FoundationEssentials
package import Web

/// What an executable serves: HTTP routes, and invocations that are not HTTP (schedules, asynchronous wake-ups).
package struct Function: Sendable {
    /// Returns the invocation's result as JSON. Throwing marks the invocation as failed; the host may repeat it.
    package typealias OnEvent = @Sendable (_ payload: Data, _ context: InvocationContext) async throws -> Data

    package var router: Router
    package var onEvent: OnEvent?
    /// What `onEvent` gets: schedules and wake-ups, or whatever comes.
    package var events: Events

    package enum Events: Sendable {
        case schedules
        /// Only for a function that does nothing which needs a permission.
        case all
    }

    package init(router: Router = Router(), events: Events = .schedules, onEvent: OnEvent? = nil) {
        self.router = router
        self.events = events
        self.onEvent = onEvent
    }
}

/// What the host says about one invocation.
package struct InvocationContext: Sendable {
    package var requestID: String
    package var functionARN: String
    /// The host kills the process at this instant. Real time, even when the sandbox clock was moved.
    package var deadline: Date
    package var traceID: String?

    package init(requestID: String, functionARN: String, deadline: Date, traceID: String? = nil) {
        self.requestID = requestID
        self.functionARN = functionARN
        self.deadline = deadline
        self.traceID = traceID
    }
}
