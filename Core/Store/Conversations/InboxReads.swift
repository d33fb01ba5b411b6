package import Domain
package import FoundationEssentials
package import Postgres

/// What the inbox and the API read: conversations, messages, the event log. All inside one organization.
package struct InboxReads: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Latest first. The page is chosen before anything is joined to it.
    package func conversations(
        of organization: OrganizationID, _ filter: ConversationFilter, after: (Date, ConversationID)?, limit: Int
    ) async throws -> [ConversationView] {
        var query: Query = """
            select \(unescaped: ConversationView.columns) from (
            select * from conversations c where c.organization_id = \(organization)
            """
        if let status = filter.status { query.append(" and c.status = \(status.rawValue)") }
        if let owner = filter.owner { query.append(" and c.owner = \(owner.rawValue)") }
        if let channel = filter.channel { query.append(" and c.channel_id = \(channel)") }
        if let (at, id) = after { query.append(" and (c.last_message_at, c.id) < (\(at)::timestamptz, \(id)::uuid)") }
        let order = "order by c.last_message_at desc, c.id desc"
        query.append(" \(unescaped: order) limit \(limit)) c \(unescaped: ConversationView.joins) \(unescaped: order)")
        return try await database.pipeline(for: organization, [query])[0].map(ConversationView.init(row:))
    }

    package func conversation(_ id: ConversationID, of organization: OrganizationID) async throws -> ConversationView? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: ConversationView.columns) from conversations c
                \(unescaped: ConversationView.joins) where c.id = \(id)
                """
            ])
        return try rows[0].first.map(ConversationView.init(row:))
    }

    /// Of one conversation or of one channel, newest first.
    package func messages(
        _ place: MessagePlace, of organization: OrganizationID, after: (Date, MessageID)?, limit: Int
    ) async throws -> [MessageView] {
        var query: Query = """
            select \(unescaped: MessageView.columns) from messages m
            where \(unescaped: place.column) = \(place.id) and m.organization_id = \(organization)
            """
        if let (at, id) = after { query.append(" and (m.created_at, m.id) < (\(at)::timestamptz, \(id)::uuid)") }
        query.append(" order by m.created_at desc, m.id desc limit \(limit)")
        return try await database.pipeline(for: organization, [query])[0].map(MessageView.init(row:))
    }

    /// The channel's kind and address; `nil` when the organization has no such channel.
    package func channel(_ id: ChannelID, of organization: OrganizationID) async throws -> ChannelRecord? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select c.id, c.kind, c.address, c.status, c.status_reason, o.country, coalesce(l.reply_only, false) as reply_only
                from channels c join organizations o on o.id = c.organization_id
                left join whatsapp_lines l on l.channel_id = c.id
                where c.id = \(id) and c.deleted_at is null
                """
            ])
        return try rows[0].first.map(ChannelRecord.init(row:))
    }

    /// Everything that explains a message: itself, its decisions, and what became of the messages that answered it.
    package func trail(_ id: MessageID, of organization: OrganizationID) async throws -> MessageTrail? {
        let rows = try await database.pipeline(
            for: organization,
            [
                "select \(unescaped: MessageView.columns) from messages m where m.id = \(id)",
                .decisions(about: id),
                """
                select message_id, status, error_code, at from (
                    select s.* from message_statuses s where s.message_id = \(id)
                    union all
                    select s.* from messages asked
                    join turn_replies r on r.turn_id = asked.turn_id and asked.direction = 'inbound'
                    join message_statuses s on s.message_id = r.message_id
                    where asked.id = \(id)
                ) history
                -- A reply is queued and marked as sending in one moment.
                order by at, status <> 'queued' limit 200
                """,
            ])
        guard let row = rows[0].first else { return nil }
        return MessageTrail(
            message: try MessageView(row: row), decisions: try rows[1].map(DecisionRecord.init),
            statuses: try rows[2].map(StatusView.init(row:)))
    }

    /// The event log after a position, in an order in which nothing can appear behind a reader: an event is shown once
    /// every transaction that started before its own has ended.
    package func events(
        of organization: OrganizationID, after: EventPosition, limit: Int
    ) async throws -> [OrganizationEvent] {
        let rows = try await database.pipeline(
            for: organization,
            [.events(of: organization, after: after, limit: limit)])
        return try rows[0].map(OrganizationEvent.init(row:))
    }

    /// Where the log ends now.
    package func lastEvent(of organization: OrganizationID) async throws -> EventPosition {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select transaction_id, id from events
                where organization_id = \(organization) and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
                order by transaction_id desc, id desc limit 1
                """
            ])
        return try rows[0].first.map(EventPosition.init(row:)) ?? .start
    }
}

package struct ConversationFilter: Sendable, Equatable {
    package var status: ConversationRecord.Status?
    package var owner: Ownership.Owner?
    package var channel: ChannelID?

    package init(
        status: ConversationRecord.Status? = nil, owner: Ownership.Owner? = nil, channel: ChannelID? = nil
    ) {
        self.status = status
        self.owner = owner
        self.channel = channel
    }
}

package enum MessagePlace: Sendable {
    case conversation(ConversationID)
    case channel(ChannelID)

    fileprivate var column: String {
        switch self {
        case .conversation: "m.conversation_id"
        case .channel: "m.channel_id"
        }
    }
    fileprivate var id: UUID {
        switch self {
        case .conversation(let id): id.rawValue
        case .channel(let id): id.rawValue
        }
    }
}
