package import Domain
package import FoundationEssentials
import Postgres

/// A piece of work that was claimed. Column meanings: the table `jobs`.
package struct Job: Sendable, Equatable {
    package let id: JobID
    package let organization: OrganizationID
    package let kind: JobKind
    /// What it is for; jobs of one kind and key never run side by side. For the road: the conversation's id.
    package let key: String
    /// Whom it calls or which line it leaves through; empty when that does not matter.
    package let destination: String
    /// JSON.
    package let payload: String
    /// This claim included.
    package let attempts: Int
    /// Fences a process that lost its lease.
    package let claim: Int
}

/// What a job's work came to. A thrown error means `retry` by the kind's back-off.
package enum JobOutcome: Sendable, Equatable {
    case done
    /// Done, and written down together with the work itself. The runner goes on with `next`, which was claimed there, or with
    /// whatever is due.
    case recorded(next: Job?)
    /// Failed; once more after so many seconds, unless the attempts are used up: then it is dead.
    case retry(after: Double?, reason: String)
    /// Not yet; costs no attempt.
    case snooze(until: Date)
    /// The database was away or too slow, and nothing is wrong with the work: once more by the kind's back-off. It costs no
    /// attempt, until the job was claimed `JobQueue.mostFreeClaims` times.
    case postpone(reason: String)
    /// Failed for good.
    case cancel(reason: String)
}

extension Job {
    /// As `Query.end(_:enqueuing:lease:at:)` makes it.
    package init(claimed id: JobID, _ kind: JobKind, key: String, for organization: OrganizationID) {
        self.init(
            id: id, organization: organization, kind: kind, key: key, destination: "", payload: "{}", attempts: 1,
            claim: 0)
    }

    /// - Parameter kinds: those that were asked for.
    init(_ row: Row, _ kinds: [JobKind]) throws(PostgresError) {
        let name: String = try row["kind"]
        guard let kind = kinds.first(where: { $0.name == name }) else { throw .decoding("no job kind \(name)") }
        self.kind = kind
        id = try row["id"]
        organization = try row["organization_id"]
        key = try row["key"]
        destination = try row["destination"]
        payload = try row["payload"]
        attempts = try row["attempts_made"]
        claim = try row["claim"]
    }
}
