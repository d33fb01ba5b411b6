package import Domain
package import FoundationEssentials
package import Postgres

/// Rows that tests start from, with as few columns as the schema asks for.
extension Query {
    package static func insert(organization id: OrganizationID, named name: String = "Shop", at now: Date) -> Query {
        """
        insert into parley.organizations (id, name, created_at, updated_at) values (\(id), \(name), \(now), \(now))
        """
    }

    package static func insert(
        line id: ChannelID, of organization: OrganizationID, kind: ChannelKind, at now: Date
    ) -> Query {
        """
        insert into parley.channels (id, organization_id, kind, name, created_at, updated_at)
        values (\(id), \(organization), \(kind.rawValue), 'Line', \(now), \(now))
        """
    }
}
