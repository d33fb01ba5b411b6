package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// A row of the event log, written in the transaction that made the change. `data` holds ids and states, no contents.
    package static func event(
        _ type: String, about subject: UUID, of organization: OrganizationID, data: [String: String] = [:], at now: Date
    ) throws -> Query {
        """
        insert into events (organization_id, type, subject_id, data, at)
        values (\(organization), \(type), \(subject), \(try json(data)), \(now))
        """
    }
}
