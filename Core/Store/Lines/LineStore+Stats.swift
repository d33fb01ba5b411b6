package import Domain
package import FoundationEssentials
import Postgres

/// What a line did, as its statistics show it.
package struct LineStats: Sendable, Equatable {
    package struct Count: Sendable, Equatable {
        package var inbound: Int
        package var outbound: Int
        package var aiReplies: Int
    }

    package var lastDay: Count
    package var lastWeek: Count
    package var lastMonth: Count
    package var conversations: Int
    package var openConversations: Int
    package var lastMessageAt: Date?
    /// The last 30 days in the organization's time zone, oldest first.
    package var days: [DayCount]
    /// `nil` for a number of a provider.
    package var signals: LineSignals?
    package var activity: LineActivity?
}

extension LineStore {
    package func stats(_ id: ChannelID, of organization: OrganizationID, at now: Date) async throws -> LineStats? {
        let answers = try await database.pipeline(
            for: organization,
            [
                Self.counts(id, at: now), .messagesPerDay(of: organization, on: id, at: now),
                Self.signals(id, at: now), .activity(of: id, at: now),
            ])
        guard let row = answers[0].first else { return nil }
        let day: LineActivity? = try answers[3].first.map(LineActivity.init(row:))
        return LineStats(
            lastDay: try .init(row, "day"), lastWeek: try .init(row, "week"), lastMonth: try .init(row, "month"),
            conversations: try row["conversations"], openConversations: try row["open_conversations"],
            lastMessageAt: try row["last_message_at"], days: try answers[1].map(DayCount.init(row:)),
            signals: try answers[2].first.map { try LineSignals($0, sentLastDay: day?.sentLastDay ?? 0) }, activity: day
        )
    }

    private static func counts(_ id: ChannelID, at now: Date) -> Query {
        """
        select \(unescaped: counting("day")), \(unescaped: counting("week")), \(unescaped: counting("month")),
            (select count(*) from conversations t where t.channel_id = c.id) as conversations,
            (select count(*) from conversations t where t.channel_id = c.id and t.status = 'open') as open_conversations,
            (select max(t.last_message_at) from conversations t where t.channel_id = c.id) as last_message_at
        from channels c
        left join lateral (
            select direction, author, created_at > \(now.addingTimeInterval(-86_400)) as in_day,
                created_at > \(now.addingTimeInterval(-7 * 86_400)) as in_week, true as in_month
            from messages
            where channel_id = c.id and created_at > \(now.addingTimeInterval(-30 * 86_400))
            order by created_at desc, id desc limit 200000
        ) m on true
        where c.id = \(id) and \(unescaped: Line.isLine)
        group by c.id
        """
    }

    private static func counting(_ window: String) -> String {
        """
        count(*) filter (where m.in_\(window) and m.direction = 'inbound') as inbound_\(window),
            count(*) filter (where m.in_\(window) and m.direction = 'outbound') as outbound_\(window),
            count(*) filter (where m.in_\(window) and m.author = 'ai') as ai_\(window)
        """
    }

    /// The last seven days; suspensions of thirty.
    private static func signals(_ id: ChannelID, at now: Date) -> Query {
        let week = now.addingTimeInterval(-7 * 86_400)
        return """
            select l.linked_at,
                coalesce(sum(chats.sent), 0)::bigint as sent, coalesce(sum(chats.failed), 0)::bigint as failed,
                count(*) filter (where chats.sent > 0) as contacts,
                count(*) filter (where chats.sent > 0 and chats.last_inbound_at is not null) as contacts_who_wrote,
                count(*) filter (where chats.started) as started,
                count(*) filter (where chats.opted_out) + coalesce(sum(chats.refused), 0)::bigint as blocks,
                (select count(*) from events e where e.subject_id = l.channel_id and e.type = 'channel.status'
                    and e.at > \(week) and e.data ->> 'status' = 'reconnecting') as drops,
                (select count(*) from events e where e.subject_id = l.channel_id and e.type = 'channel.status'
                    and e.at > \(now.addingTimeInterval(-30 * 86_400)) and e.data ->> 'status' = 'banned') as suspensions
            from whatsapp_lines l
            left join lateral (
                select t.id, t.last_inbound_at, t.last_inbound_at is null and t.created_at > \(week) as started,
                    contacts.opted_out_at > \(week) as opted_out, m.*
                from (
                    select conversation_id,
                        count(*) filter (where status in ('sending', 'sent', 'delivered', 'read', 'unknown')) as sent,
                        count(*) filter (where status = 'failed') as failed,
                        count(*) filter (where status = 'failed' and error_code = '463') as refused
                    from (select conversation_id, status, error_code from messages
                        where channel_id = l.channel_id and created_at > \(week) and direction = 'outbound'
                        order by created_at desc, id desc limit 50000) recent
                    group by conversation_id
                ) m
                join conversations t on t.id = m.conversation_id and not t.is_group
                join contacts on contacts.id = t.contact_id
            ) chats on true
            where l.channel_id = \(id)
            group by l.channel_id, l.linked_at
            """
    }
}

extension LineStats.Count {
    fileprivate init(_ row: Row, _ window: String) throws {
        inbound = try row["inbound_\(window)"]
        outbound = try row["outbound_\(window)"]
        aiReplies = try row["ai_\(window)"]
    }
}

extension LineSignals {
    fileprivate init(_ row: Row, sentLastDay: Int) throws {
        self.init(
            linkedAt: try row["linked_at"], sent: try row["sent"], failed: try row["failed"],
            contacts: try row["contacts"], contactsWhoWrote: try row["contacts_who_wrote"],
            started: try row["started"], blocks: try row["blocks"], drops: try row["drops"],
            suspensions: try row["suspensions"], sentLastDay: sentLastDay)
    }
}
