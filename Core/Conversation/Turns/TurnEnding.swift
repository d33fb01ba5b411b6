import Domain
import Postgres
import Store

/// What the transaction comes to in which a reply was to be queued.
struct TurnEnding: Sendable {
    var outcome: JobOutcome
    var writes = Questions()
    /// `nil` when the reply waits for the job that sends it, or when there is none.
    var marking: Marking?

    init(_ outcome: JobOutcome) { self.outcome = outcome }

    /// A message that is marked as sending by the statement that queues it, if the job that hands it over is then held.
    struct Marking: Sendable {
        let attempt: SendAttempt
        let queued: Questions.Place

        func isMarked(_ answers: Answers) throws -> Bool {
            guard let row = answers[queued].first else { return false }
            return try row.value("status") == MessageStatus.sending
        }
    }
}
