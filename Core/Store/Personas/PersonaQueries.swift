package import Domain
package import FoundationEssentials
package import Postgres

/// A persona as lists show it.
package struct PersonaListing: Sendable, Equatable {
    package var persona: Persona
    /// Channels that use it: "N devices using this persona".
    package var channels: Int
    package var updatedAt: Date
}

extension Query {
    private static let personaColumns = """
        personas.id, personas.current_version, personas.name, personas.description, personas.system_kind, versions.instructions,
        versions.tone, versions.response_style, versions.provider, versions.model, versions.temperature,
        versions.history_limit, versions.tone_config::text as tone_config, personas.updated_at,
        (select count(*) from channels where channels.persona_id = personas.id and channels.deleted_at is null) as channels
        """
    private static let currentVersions = """
        personas join persona_versions versions
            on versions.persona_id = personas.id and versions.version = personas.current_version
        """

    /// System personas first, then by name; at most 500.
    package static func personas(of organization: OrganizationID) -> Query {
        """
        select \(unescaped: personaColumns) from \(unescaped: currentVersions)
        where personas.organization_id = \(organization) and personas.deleted_at is null
        order by personas.system_kind is null, lower(personas.name)
        limit 500
        """
    }

    package static func persona(_ id: PersonaID) -> Query {
        """
        select \(unescaped: personaColumns) from \(unescaped: currentVersions)
        where personas.id = \(id) and personas.deleted_at is null
        """
    }

    /// Who answers on a channel: its own persona, or the organization's General.
    package static func persona(answering channel: ChannelID, of organization: OrganizationID) -> Query {
        """
        select \(unescaped: personaColumns) from \(unescaped: currentVersions)
        where personas.organization_id = \(organization) and personas.deleted_at is null
            and (personas.id = (select persona_id from channels where id = \(channel)) or personas.system_kind = 'general')
        order by personas.system_kind is not distinct from 'general'
            and personas.id is distinct from (select persona_id from channels where id = \(channel))
        limit 1
        """
    }

    /// A custom persona with its first version. A taken name violates `persona_names`.
    package static func create(
        _ persona: Persona, of organization: OrganizationID, by user: UserID?, at now: Date
    ) -> [Query] {
        [
            """
            insert into personas (id, organization_id, name, description, created_at, updated_at)
            values (\(persona.id), \(organization), \(persona.name), \(persona.description), \(now), \(now))
            """,
            version(1, of: persona, organization: organization, by: user, at: now),
        ]
    }

    /// Name, description and a new version, as one statement. No row: the persona is gone or was edited since `persona.version`.
    package static func edit(_ persona: Persona, of organization: OrganizationID, by user: UserID?, at now: Date)
        -> Query
    {
        """
        with edited as (
            update personas set name = \(persona.name), description = \(persona.description), updated_at = \(now),
                current_version = current_version + 1
            where id = \(persona.id) and deleted_at is null and current_version = \(persona.version)::int
            returning id, current_version
        )
        insert into persona_versions (organization_id, persona_id, version, instructions, tone, response_style, provider,
            model, temperature, history_limit, tone_config, created_by, created_at)
        select \(organization), id, current_version, \(persona.style.instructions), \(persona.style.tone.rawValue),
            \(persona.style.responseStyle), \(persona.style.provider?.rawValue), \(persona.style.model),
            \(persona.style.temperature), \(persona.style.historyLimit)::int, \(persona.style.toneConfig)::jsonb, \(user), \(now)
        from edited
        returning version
        """
    }

    /// No row: it is a system persona, a channel uses it, or it is gone.
    package static func delete(_ persona: PersonaID, at now: Date) -> Query {
        """
        update personas set deleted_at = \(now), updated_at = \(now)
        where id = \(persona) and system_kind is null and deleted_at is null
            and not exists (select from channels where persona_id = \(persona) and deleted_at is null)
        returning id
        """
    }

    private static func version(
        _ number: Int, of persona: Persona, organization: OrganizationID, by user: UserID?, at now: Date
    ) -> Query {
        """
        insert into persona_versions (organization_id, persona_id, version, instructions, tone, response_style, provider,
            model, temperature, history_limit, tone_config, created_by, created_at)
        values (\(organization), \(persona.id), \(number)::int, \(persona.style.instructions), \(persona.style.tone.rawValue),
            \(persona.style.responseStyle), \(persona.style.provider?.rawValue), \(persona.style.model),
            \(persona.style.temperature), \(persona.style.historyLimit)::int, \(persona.style.toneConfig)::jsonb, \(user), \(now))
        """
    }
}

extension Persona {
    package init(_ row: Row) throws(PostgresError) {
        let tone: String = try row["tone"]
        let kind: String? = try row["system_kind"]
        let provider: String? = try row["provider"]
        guard let tone = Tone(rawValue: tone) else { throw .decoding("tone is \(tone)") }
        self.init(
            id: try row["id"], version: try row["current_version"], name: try row["name"],
            description: try row["description"], systemKind: kind.flatMap { SystemKind(rawValue: $0) },
            style: Style(
                instructions: try row["instructions"], tone: tone, responseStyle: try row["response_style"],
                provider: provider.flatMap { ModelProviderName(rawValue: $0) }, model: try row["model"],
                temperature: try row["temperature"], historyLimit: try row["history_limit"],
                toneConfig: try row["tone_config"]))
    }
}

extension PersonaListing {
    package init(_ row: Row) throws(PostgresError) {
        persona = try Persona(row)
        channels = try row["channels"]
        updatedAt = try row["updated_at"]
    }
}
