package import Domain
package import FoundationEssentials
package import Postgres

/// Channels of an organization: made, listed, changed, deleted, and what is asked of their connection. Nothing here speaks to
/// WhatsApp: the session worker sees what is wanted of a line and does it.
package struct ChannelStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Oldest first.
    package func list(
        of organization: OrganizationID, after: (Date, ChannelID)?, limit: Int
    ) async throws -> [ChannelView] {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: ChannelView.columns) from \(unescaped: ChannelView.tables)
                where c.organization_id = \(organization) and \(unescaped: ChannelView.isWhatsApp)
                    and (\(after?.0)::timestamptz is null
                        or (c.created_at, c.id) > (\(after?.0)::timestamptz, \(after?.1)::uuid))
                order by c.created_at, c.id limit \(limit)
                """
            ])
        return try rows[0].map(ChannelView.init(row:))
    }

    package func channel(_ id: ChannelID, of organization: OrganizationID) async throws -> ChannelView? {
        try await database.pipeline(for: organization, [.channel(id)])[0].first.map(ChannelView.init(row:))
    }

    /// `nil` for a channel that is not linked by scanning.
    package func linkState(_ id: ChannelID, of organization: OrganizationID) async throws -> LinkState? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: ChannelView.columns), l.pairing, l.pairing_phone, codes.*
                from \(unescaped: ChannelView.tables)
                cross join lateral (
                    select case when l.qr_expires_at > clock_timestamp() then l.qr end as qr,
                        extract(epoch from l.qr_expires_at - clock_timestamp())::float8 as qr_seconds,
                        case when l.pairing_code_expires_at > clock_timestamp() then l.pairing_code end as pairing_code,
                        extract(epoch from l.pairing_code_expires_at - clock_timestamp())::float8 as pairing_code_seconds
                ) codes
                where c.id = \(id) and \(unescaped: ChannelView.isWhatsApp) and l.channel_id is not null
                """
            ])
        return try rows[0].first.map(LinkState.init(row:))
    }

    /// Makes a line that a session worker takes at once. The plan's number of lines is checked under the organization's
    /// lock, so that two requests can't both take the last place. The same id again is the same line.
    /// - Throws: `ChannelStoreError`.
    package func create(
        _ new: NewLine, of organization: OrganizationID, limit: (Plan) -> Int?, at now: Date
    ) async throws -> ChannelView {
        try await naming(persona: new.persona) {
            try await database.transaction(for: organization) { connection in
                let answers = try await connection.pipeline(Self.places(of: organization, besides: new.id))
                guard let row = answers[1].first else { throw ChannelStoreError.noOrganization }
                if let limit = limit(try row.value("plan")), try row["held"] >= limit {
                    throw ChannelStoreError.planLimit(limit)
                }
                let made = try await connection.pipeline(
                    Self.making(new, of: organization, at: now) + [.channel(new.id)])
                guard let channel = try made.last?.first.map(ChannelView.init(row:)) else {
                    throw ChannelStoreError.noChannel
                }
                return channel
            }
        }
    }

    /// - Throws: `ChannelStoreError`.
    package func change(
        _ id: ChannelID, of organization: OrganizationID, _ change: ChannelChange, at now: Date
    ) async throws -> ChannelView {
        try await naming(persona: change.persona ?? nil) {
            let rows = try await database.pipeline(
                for: organization, Self.changing(id, of: organization, change, at: now) + [.channel(id)])
            guard let channel = try rows.last?.first.map(ChannelView.init(row:)) else {
                throw ChannelStoreError.noChannel
            }
            return channel
        }
    }

    /// Writes what is wanted; the notification that wakes the worker leaves with the commit.
    /// - Throws: `ChannelStoreError.noChannel` also for a channel that is not linked by scanning.
    package func ask(_ request: LineRequest, of id: ChannelID, in organization: OrganizationID, at now: Date)
        async throws -> ChannelView
    {
        let rows = try await database.pipeline(for: organization, [.ask(request, of: id, at: now), .channel(id)])
        guard let channel = try rows[1].first.map(ChannelView.init(row:)), channel.link != nil else {
            throw ChannelStoreError.noChannel
        }
        return channel
    }

    /// The lock first, in a statement of its own: one that waits for a lock counts what there was before it waited.
    private static func places(of organization: OrganizationID, besides line: ChannelID) -> [Query] {
        [
            "select from organizations where id = \(organization) for no key update",
            """
            select plan, (select count(*) from channels where organization_id = \(organization)
                and kind = 'whatsapp_web' and deleted_at is null and id <> \(line)) as held
            from organizations where id = \(organization) and deleted_at is null
            """,
        ]
    }

    private static func making(_ new: NewLine, of organization: OrganizationID, at now: Date) -> [Query] {
        [
            """
            with made as (
                insert into channels (id, organization_id, kind, name, description, status, status_reason, auto_reply,
                    is_primary, answers_groups, persona_id, created_at, updated_at)
                values (\(new.id), \(organization), 'whatsapp_web', \(new.name), \(new.description), 'starting',
                    \(LineTrouble.noWorker.sentence), \(new.autoReply),
                    not exists (select from channels where organization_id = \(organization) and is_primary
                        and deleted_at is null),
                    \(new.answersGroups), \(new.persona), \(now), \(now))
                on conflict (organization_id, id) do nothing
                returning id, organization_id
            )
            insert into events (organization_id, type, subject_id, data, at)
            select organization_id, 'channel.created', id, '{"kind": "whatsapp_web"}', \(now) from made
            """,
            """
            insert into whatsapp_lines (channel_id, organization_id, pairing, pairing_phone, reply_only, requested_at,
                created_at, updated_at)
            values (\(new.id), \(organization), \(new.pairingPhone == nil ? "qr" : "code"), \(new.pairingPhone),
                \(new.isReplyOnly), \(now), \(now), \(now))
            on conflict (organization_id, channel_id) do nothing
            """,
        ]
    }

    private static func changing(
        _ id: ChannelID, of organization: OrganizationID, _ change: ChannelChange, at now: Date
    ) -> [Query] {
        let demotion: Query = """
            update channels set is_primary = false, updated_at = \(now)
            where organization_id = \(organization) and is_primary and deleted_at is null and id <> \(id)
                and exists (select from channels c where c.id = \(id) and \(unescaped: ChannelView.isWhatsApp))
            """
        // The order of locks: whatsapp_lines, then channels.
        let replyOnly: Query = """
            update whatsapp_lines set reply_only = \(change.isReplyOnly), updated_at = \(now)
            where channel_id = \(id) and reply_only <> \(change.isReplyOnly)
            """
        // Two channels that become the primary one at once do it one after the other.
        let holding: Query = "select from organizations where id = \(organization) for no key update"
        return (change.becomesPrimary ? [holding] : []) + [replyOnly] + (change.becomesPrimary ? [demotion] : []) + [
            """
            with changed as (
                update channels c set
                    name = coalesce(\(change.name), name), description = coalesce(\(change.description), description),
                    auto_reply = coalesce(\(change.autoReply), auto_reply),
                    answers_groups = coalesce(\(change.answersGroups), answers_groups),
                    is_primary = is_primary or \(change.becomesPrimary),
                    persona_id = case when \(change.persona != nil) then \(change.persona ?? nil)::uuid else persona_id end,
                    business_hours = case when \(change.businessHours != nil) then \(change.businessHours ?? nil)::jsonb
                        else business_hours end,
                    updated_at = \(now)
                where c.id = \(id) and \(unescaped: ChannelView.isWhatsApp)
                returning c.id, c.organization_id
            )
            insert into events (organization_id, type, subject_id, at)
            select organization_id, 'channel.updated', id, \(now) from changed
            """
        ]
    }

    private func naming<Result>(persona: PersonaID?, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "23503" && persona != nil {
            throw ChannelStoreError.unknownPersona
        }
    }
}

extension Query {
    static func channel(_ id: ChannelID) -> Query {
        """
        select \(unescaped: ChannelView.columns) from \(unescaped: ChannelView.tables)
        where c.id = \(id) and \(unescaped: ChannelView.isWhatsApp)
        """
    }

    static func ask(_ request: LineRequest, of line: ChannelID, at now: Date) -> Query {
        let (wanted, phone) = request.columns
        return """
            with asked as (
                update whatsapp_lines l set wanted = \(wanted), requested_at = \(now), updated_at = \(now),
                    pairing = case when \(phone)::text is null then pairing else 'code' end,
                    pairing_phone = coalesce(\(phone), pairing_phone)
                from channels c where c.id = l.channel_id and c.deleted_at is null and l.channel_id = \(line)
                returning l.channel_id, l.organization_id, l.wanted
            )
            insert into events (organization_id, type, subject_id, data, at)
            select organization_id, 'channel.requested', channel_id, jsonb_build_object('wanted', wanted), \(now)
            from asked
            """
    }
}

extension LineRequest {
    fileprivate var columns: (wanted: String, phone: String?) {
        switch self {
        case .connect: ("connected", nil)
        case .pairingCode(let phone): ("connected", phone)
        case .disconnect: ("stopped", nil)
        case .logOut: ("unlinked", nil)
        }
    }
}
