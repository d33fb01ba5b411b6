import Domain
import Postgres
package import Store

extension JobOutcome {
    /// What work that threw came to: one more try, which costs none where the database was the cause.
    package init(failure error: any Error) {
        let reason = String(describing: error).cut(to: 300)
        self = error.isPassing ? .postpone(reason: reason) : .retry(after: nil, reason: reason)
    }
}

extension Error {
    /// The database was away, or had no time: nothing is wrong with what was asked.
    var isPassing: Bool { (self as? PostgresError)?.isPassing ?? (self is LeaseNotRenewed) }
}
