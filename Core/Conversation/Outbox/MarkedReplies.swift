import Domain
import Store
import Synchronization

/// Replies that were marked as sending in the transaction that queued them (`TurnRun`), until the job that hands them over takes
/// them up in the same process (`Outbox`): once each. A process that dies in between leaves what any death behind the mark leaves.
package final class MarkedReplies: Sendable {
    private let attempts = Mutex<[JobID: SendAttempt]>([:])

    package init() {}

    func keep(_ attempt: SendAttempt) {
        attempts.withLock { $0[attempt.job.id] = attempt }
    }

    func take(for job: Job) -> SendAttempt? {
        let attempt = attempts.withLock { $0.removeValue(forKey: job.id) }
        // Somebody may have had the job meanwhile.
        return attempt?.job.claim == job.claim ? attempt : nil
    }
}
