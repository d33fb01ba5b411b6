import Domain
import FoundationEssentials
import Postgres

/// What a process asks the queue for: kinds in the order of their priority, with all that the database must know of them.
struct JobClaim: Sendable {
    let kinds: [JobKind]
    /// Only jobs for these; `nil`: for any.
    var destinations: [String]?
    /// The organization that was served last.
    var last: OrganizationID?

    private static let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    init(kinds: [JobKind], destinations: [String]? = nil, last: OrganizationID? = nil) {
        self.kinds = kinds
        self.destinations = destinations
        self.last = last
    }

    /// At most one row, a `Job`.
    func query(at now: Date, lease: Double) -> Query {
        """
        select * from claim_job(\(array: names), \(array: shares), \(array: destinationShares),
            \(destinations.map(Self.array))::text[], \(last?.rawValue ?? Self.none), \(now), \(lease))
        """
    }

    /// One row, `seconds`; negative when one can be taken now, `NULL` when none waits.
    func nextDue(at now: Date) -> Query {
        """
        select next_job_due(\(array: names), \(array: shares), \(array: destinationShares),
            \(last?.rawValue ?? Self.none), \(now)) as seconds
        """
    }

    private var names: [String] { kinds.map(\.name) }
    private var shares: [Int] { kinds.map(\.share.perOrganization) }
    private var destinationShares: [Int?] { kinds.map(\.share.perDestination) }

    /// Names of destinations are hosts and ids: nothing to escape.
    private static func array(_ destinations: [String]) -> String {
        "{" + destinations.joined(separator: ",") + "}"
    }
}

extension Query.Interpolation {
    fileprivate mutating func appendInterpolation(array values: [Int?]) {
        appendInterpolation("{" + values.map { $0.map(String.init) ?? "null" }.joined(separator: ",") + "}")
        appendLiteral("::integer[]")
    }
}
