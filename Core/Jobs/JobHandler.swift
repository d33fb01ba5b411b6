import Conversation
package import FoundationEssentials
package import FunctionHost
package import Store

/// The job runner's work. No route: invoked asynchronously by whoever enqueued work, and every minute by the schedule
/// `sweep`, which finds what a lost wake-up left. Claims due jobs of all organizations and works on them until nothing is due for a few seconds or its
/// time is nearly up. Killed at any point it loses nothing: see `Turn` and `Outbox`.
package struct JobHandler: Sendable {
    /// Does one kind of job beside the two of the road, until a time.
    package typealias Work = @Sendable (Job, Date) async throws -> JobOutcome

    /// Real seconds a composer may take at most; leaves time to write its reply down.
    static let composing = 20.0

    let turn: Turn
    let outbox: Outbox
    /// `nil` without PARLEY_SECRET_KEYS: nothing could be sealed.
    let recorder: TurnRecorder?
    let others: [JobKind: Work]
    let runner: @Sendable (@escaping Work) -> JobRunner

    package func handle(_ payload: Data, _ context: InvocationContext) async throws -> Data {
        let worked = try await runner(perform).run(until: context.deadline)
        // Before the process may be frozen.
        await recorder?.drain()
        return Data(#"{"jobs":\#(worked)}"#.utf8)
    }

    private func perform(_ job: Job, until deadline: Date) async throws -> JobOutcome {
        switch job.kind {
        case .turn:
            let timeout = min(Self.composing, deadline.timeIntervalSinceNow - 1)
            return try await turn.run(job, timeout: max(1, timeout), until: deadline)
        case .send:
            return try await outbox.run(job, until: deadline)
        default:
            // The queue gives out only what was asked for.
            guard let work = others[job.kind] else { return .cancel(reason: "Nobody does this kind of work here.") }
            return try await work(job, deadline)
        }
    }
}
