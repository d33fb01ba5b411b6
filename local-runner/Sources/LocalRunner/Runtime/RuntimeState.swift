/// What a process may call next on its Runtime API. Pure.
struct RuntimeState: Sendable, Equatable {
    enum Phase: Sendable, Equatable {
        /// Started, has not polled.
        case initializing
        /// Its poll is parked.
        case polling
        /// Has been given this invocation.
        case invoked(String)
        /// Has answered this invocation and not polled again.
        case answered(String)
        /// Its poll broke off; it may poll again.
        case between
        /// Said that it can't start.
        case failed
    }

    enum Refusal: String, Error, Sendable {
        case invalidRequestID = "InvalidRequestID"
        case invalidStateTransition = "InvalidStateTransition"
    }

    private(set) var phase = Phase.initializing

    /// `GET /runtime/invocation/next`
    mutating func poll() throws(Refusal) {
        switch phase {
        case .initializing, .answered, .between: phase = .polling
        case .polling, .invoked, .failed: throw .invalidStateTransition
        }
    }

    /// The parked poll's connection closed.
    mutating func pollBroke() {
        if phase == .polling { phase = .between }
    }

    /// The host hands out work.
    mutating func invoke(_ id: String) {
        phase = .invoked(id)
    }

    /// `POST /runtime/invocation/{id}/response` or `/error`
    mutating func answer(_ id: String) throws(Refusal) {
        switch phase {
        case .invoked(id): phase = .answered(id)
        case .answered(id): throw .invalidStateTransition
        default: throw .invalidRequestID
        }
    }

    /// `POST /runtime/init/error`
    mutating func failInit() throws(Refusal) {
        guard phase == .initializing else { throw .invalidStateTransition }
        phase = .failed
    }
}
