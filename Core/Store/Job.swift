package import Domain
package import FoundationEssentials
package import Postgres

/// A piece of work that was claimed. Column meanings: `Baseline/08_jobs.sql`.
package struct Job: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case turn, send, media, reconcile, number
    }

    package let id: JobID
    package let organization: OrganizationID
    package let kind: Kind
    /// For the road: the conversation's id.
    package let key: String
    /// JSON.
    package let payload: String
    /// This claim included.
    package let attempts: Int
    package let maxAttempts: Int
    /// Fences a process that lost its lease.
    package let claim: Int
    package let lastError: String?
    /// The process that ran it before died.
    package let wasLost: Bool
}

/// What a job's work came to. A thrown error means `retry` by the queue's back-off.
package enum JobOutcome: Sendable, Equatable {
    case done
    /// Failed; once more after so many seconds, unless the attempts are used up: then it is dead.
    case retry(after: Double?, reason: String)
    /// Not yet; costs no attempt.
    case snooze(until: Date)
    /// Failed for good.
    case cancel(reason: String)
}

extension Job {
    package init(_ row: Row) throws(PostgresError) {
        let kind: String = try row["kind"]
        guard let known = Kind(rawValue: kind) else { throw .decoding("no job kind \(kind)") }
        self.kind = known
        id = try row["id"]
        organization = try row["organization_id"]
        key = try row["key"]
        payload = try row["payload"]
        attempts = try row["attempts"]
        maxAttempts = try row["max_attempts"]
        claim = try row["claim"]
        lastError = try row["last_error"]
        wasLost = try row["was_lost"]
    }
}
