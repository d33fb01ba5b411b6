package import FoundationEssentials
package import Postgres

/// Who looks for jobs without being woken (`Functions/waking.sql`).
extension Query {
    /// One row: `wake`, true when the caller must wake a job runner after its commit. Part of the transaction that enqueues.
    package static let wakeNeeded: Query = "select wake_needed() as wake"

    /// One row: `announced`, false when another runner is looking already. Real seconds.
    package static func announce(runner: UUID, seconds: Double) -> Query {
        "select announce_runner(\(runner), \(seconds)) as announced"
    }

    /// After its commit the runner must look for due jobs once more.
    package static func withdraw(runner: UUID) -> Query {
        "select withdraw_runner(\(runner))"
    }
}
