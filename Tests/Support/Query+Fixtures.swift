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

    /// The three every organization has.
    package static func createSystemPersonas(of organization: OrganizationID, at now: Date) -> Query {
        "select parley.create_system_personas(\(organization), \(now))"
    }

    package static func assign(_ persona: PersonaID?, to channel: ChannelID, at now: Date) -> Query {
        """
        update parley.channels set persona_id = \(persona), updated_at = \(now)
        where id = \(channel) and deleted_at is null
        returning id
        """
    }
}
