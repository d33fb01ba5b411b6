package import Domain
package import FoundationEssentials
import Postgres

/// What a channel did, as its statistics show it.
package struct ChannelStatistics: Sendable, Equatable {
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

extension ChannelStore {
    package func stats(_ id: ChannelID, of organization: OrganizationID, at now: Date) async throws
        -> ChannelStatistics?
    {
        let answers = try await database.pipeline(
            for: organization,
            [
                Self.counts(id, at: now), .messagesPerDay(of: organization, on: id, at: now),
                Self.signals(id, at: now), .activity(of: id, at: now),
            ])
        guard let row = answers[0].first else { return nil }
        let day: LineActivity? = try answers[3].first.map(LineActivity.init(row:))
        return ChannelStatistics(
            lastDay: try .init(row, "day"), lastWeek: try .init(row, "week"), lastMonth: try .init(row, "month"),
            conversations: try row["conversations"], openConversations: try row["open_conversations"],
            lastMessageAt: try row["last_message_at"], days: try answers[1].map(DayCount.init(row:)),
            signals: try answers[2].first.map { try LineSignals($0, sentLastDay: day?.sentLastDay ?? 0) }, activity: day
        )
    }

    /// From the counters: windows begin with a quarter of an hour.
    private static func counts(_ id: ChannelID, at now: Date) -> Query {
        """
        select \(unescaped: counting("day")), \(unescaped: counting("week")), \(unescaped: counting("month")),
            threads.*, (select t.last_message_at from conversations t where t.channel_id = c.id
                order by t.last_message_at desc limit 1) as last_message_at
        from channels c
        left join lateral (
            select author, messages, quarter > \(now.addingTimeInterval(-86_400)) as in_day,
                quarter > \(now.addingTimeInterval(-7 * 86_400)) as in_week, true as in_month
            from message_counts
            where organization_id = c.organization_id and channel_id = c.id
                and quarter > \(now.addingTimeInterval(-30 * 86_400))
        ) m on true
        cross join lateral (
            select coalesce(sum(conversations), 0) as conversations,
                coalesce(sum(conversations) filter (where status = 'open'), 0) as open_conversations
            from conversation_counts where organization_id = c.organization_id and channel_id = c.id
        ) threads
        where c.id = \(id) and \(unescaped: ChannelView.isWhatsApp)
        group by c.organization_id, c.id, threads.conversations, threads.open_conversations
        """
    }

    private static func counting(_ window: String) -> String {
        """
        coalesce(sum(m.messages) filter (where m.in_\(window) and m.author = 'contact'), 0) as inbound_\(window),
            coalesce(sum(m.messages) filter (where m.in_\(window) and m.author <> 'contact'), 0) as outbound_\(window),
            coalesce(sum(m.messages) filter (where m.in_\(window) and m.author = 'ai'), 0) as ai_\(window)
        """
    }

    /// The last seven days; suspensions of thirty. Messages from the counters, chats from the days on which something was
    /// sent in them: the first of these days counts as a whole. Of thousands of chats only the exceptions are looked at:
    /// groups, those that nobody answered, and customers who opted out.
    private static func signals(_ id: ChannelID, at now: Date) -> Query {
        let week = now.addingTimeInterval(-7 * 86_400)
        return """
            with lately as materialized (
                select distinct d.conversation_id as id from channels c join organizations o on o.id = c.organization_id
                join conversation_days d on d.organization_id = o.id and d.channel_id = c.id and d.kind = 'sent'
                    and d.day >= (\(week)::timestamptz at time zone o.time_zone)::date
                    -- Earlier than the day is in any zone: a bound for the index.
                    and d.day >= (\(week.addingTimeInterval(-86_400))::timestamptz at time zone 'UTC')::date
                where c.id = \(id)
            ), groups as (
                select count(*) as count from conversations t join lately using (id) where t.channel_id = \(id) and t.is_group
            ), chats as materialized (
                select (select count(*) from lately) - groups.count as count from groups
            ), unanswered as (
                select count(*) as count, count(*) filter (where t.created_at > \(week)) as started
                from conversations t join lately using (id)
                where t.channel_id = \(id) and t.last_inbound_at is null and not t.is_group
            ), left_us as (
                select count(*) as count from contacts gone join conversations t on t.contact_id = gone.id
                join lately on lately.id = t.id
                where gone.opted_out_at > \(week) and t.channel_id = \(id) and not t.is_group
            )
            select l.linked_at, sums.sent, sums.failed, chats.count as contacts,
                chats.count - unanswered.count as contacts_who_wrote, unanswered.started,
                left_us.count + refused.count as blocks,
                (select count(*) from events e where e.subject_id = l.channel_id and e.type = 'channel.status'
                    and e.at > \(week) and e.data ->> 'status' = 'reconnecting') as drops,
                (select count(*) from events e where e.subject_id = l.channel_id and e.type = 'channel.status'
                    and e.at > \(now.addingTimeInterval(-30 * 86_400)) and e.data ->> 'status' = 'banned') as suspensions
            from whatsapp_lines l cross join chats cross join unanswered cross join left_us
            cross join lateral (
                select coalesce(sum(messages) filter (where is_sent(status)), 0)::bigint as sent,
                    coalesce(sum(messages) filter (where status = 'failed'), 0)::bigint as failed
                from message_counts
                where organization_id = l.organization_id and channel_id = l.channel_id and author <> 'contact'
                    and quarter > \(week)
            ) sums
            cross join lateral (
                select count(*) as count from messages
                where channel_id = l.channel_id and created_at > \(week) and status = 'failed' and error_code = '463'
            ) refused
            where l.channel_id = \(id)
            """
    }
}

extension ChannelStatistics.Count {
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
