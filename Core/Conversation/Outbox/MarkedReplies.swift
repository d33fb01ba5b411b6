import Domain
import Store
import Synchronization

/// Replies that were marked as sending by the statement that queued them (`TurnRun`), until the job that hands them over takes
/// them up in the same process (`Outbox`): once each. A process that dies in between leaves what any death behind the mark leaves.
package final class MarkedReplies: Sendable {
    private struct Entry {
        let attempt: SendAttempt
        let until: ContinuousClock.Instant
    }

    private let entries = Mutex<[JobID: Entry]>([:])

    package init() {}

    /// - Parameter lease: real seconds from the mark on for which nobody else takes the message for lost.
    func keep(_ attempt: SendAttempt, for lease: Double) {
        entries.withLock { $0[attempt.job.id] = Entry(attempt: attempt, until: .now + .seconds(lease)) }
    }

    /// `nil` when there is none, or when somebody else may be looking after it: then its fate is looked up.
    func take(for job: Job) -> SendAttempt? {
        guard let entry = entries.withLock({ $0.removeValue(forKey: job.id) }) else { return nil }
        return entry.attempt.job.claim == job.claim && .now < entry.until ? entry.attempt : nil
    }
}
