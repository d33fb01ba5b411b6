import Foundation
import Synchronization

/// Runs the body with a Runtime API on a port of its own.
package func withRuntimeAPI<Result: Sendable>(
    _ behaviour: RuntimeAPIServer.Behaviour = .init(), _ body: (RuntimeAPIServer) async throws -> Result
) async throws -> Result {
    let server = try RuntimeAPIServer(behaviour)
    defer { server.stop() }
    return try await body(server)
}

/// A Runtime API for one function process, which can be told to misbehave.
package final class RuntimeAPIServer: Sendable {
    package struct Behaviour: Sendable {
        /// Events arrive in chunks of this size, as on AWS; `nil` for a content length.
        package var chunkSize: Int?
        /// Every byte is a segment of its own.
        package var sendsByteByByte = false
        /// The answer to a posted result.
        package var responseStatus = 202
        /// The answer to `/next`.
        package var nextStatus = 200
        /// Answers to `/next` lack this header.
        package var omittedHeader: String?
        package var offersExtensions = true
        /// Every answer is the last on its connection.
        package var closesConnections = false

        package init() {}
    }

    package let port: UInt16
    let behaviour: Behaviour
    private let listener: Int32
    let state = Mutex(State())

    struct State {
        var queue: [Pending] = []
        /// The connection on which the function waits.
        var parked: Int32?
        var outcomes: [String: CheckedContinuation<InvocationOutcome, Never>] = [:]
        var startFailure: [UInt8]?
        var requests: [ReceivedRequest] = []
        var exit: Int32?
        var exitWaiters: [CheckedContinuation<Int32, Never>] = []
        var isReady = false
        var readyWaiters: [CheckedContinuation<Void, Never>] = []
    }

    struct Pending {
        let id: String
        let payload: [UInt8]
        let timeout: Double
    }

    init(_ behaviour: Behaviour) throws {
        self.behaviour = behaviour
        (listener, port) = try TestSocket.listen()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while let connection = TestSocket.accept(listener) {
                guard let self else { return }
                Thread.detachNewThread { TestSocket.serve(connection) { self.handle($0, on: connection) } }
            }
        }
    }

    func stop() {
        TestSocket.close(listener)
    }

    /// Queues an event and waits for its outcome.
    package func invoke(_ payload: [UInt8], timeout: Double = 30) async throws -> InvocationOutcome {
        await withCheckedContinuation { continuation in
            let pending = Pending(id: UUID().uuidString.lowercased(), payload: payload, timeout: timeout)
            let ended = state.withLock { state -> Int32? in
                guard state.exit == nil else { return state.exit }
                state.outcomes[pending.id] = continuation
                state.queue.append(pending)
                return nil
            }
            if let ended { continuation.resume(returning: .exited(ended)) } else { deliver() }
        }
    }

    package func invoke(_ text: String, timeout: Double = 30) async throws -> InvocationOutcome {
        try await invoke(Array(text.utf8), timeout: timeout)
    }

    /// Waits until the function asks for work.
    package func ready() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.isReady { state.readyWaiters.append(continuation) }
                return state.isReady
            }
            if isReady { continuation.resume() }
        }
    }

    /// Waits for the process to end; negative for a signal.
    package func exit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.exit == nil { state.exitWaiters.append(continuation) }
                return state.exit
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// An event has gone to the function and its outcome is not here yet.
    package var isAtWork: Bool { state.withLock { $0.parked == nil && !$0.outcomes.isEmpty } }
    package var startFailure: [UInt8]? { state.withLock { $0.startFailure } }
    package var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    func processEnded(_ status: Int32) {
        let (outcomes, waiters, ready) = state.withLock { state in
            state.exit = status
            defer { (state.outcomes, state.exitWaiters, state.readyWaiters) = ([:], [], []) }
            return (Array(state.outcomes.values), state.exitWaiters, state.readyWaiters)
        }
        for outcome in outcomes { outcome.resume(returning: .exited(status)) }
        for waiter in waiters { waiter.resume(returning: status) }
        for waiter in ready { waiter.resume() }
    }
}

package struct ReceivedRequest: Sendable {
    package var method: String
    package var path: String
    /// Names lower-cased.
    package var headers: [String: String]
    package var body: [UInt8]
}
