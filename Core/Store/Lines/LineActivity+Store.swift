package import Domain
package import FoundationEssentials
package import Postgres

/// What a line's pacing and health are computed from. The count is bounded: beyond the highest limit the exact number decides
/// nothing.
extension Query {
    /// One row for `LineActivity(row:)`. Ask before the message at hand is marked as sending: it would count itself.
    package static func activity(of line: ChannelID, at now: Date) -> Query {
        """
        select l.linked_at, count(m.id) as sent_day,
            count(m.id) filter (where m.created_at > \(now.addingTimeInterval(-3_600))) as sent_hour,
            count(m.id) filter (where m.created_at > \(now.addingTimeInterval(-60))) as sent_minute,
            max(m.sent_at) as last_sent_at, \(unescaped: startedChats) as started_day
        from whatsapp_lines l
        left join lateral (
            select id, created_at, sent_at from messages
            where channel_id = l.channel_id and created_at > \(now.addingTimeInterval(-86_400))
                and direction = 'outbound' and status in ('sending', 'sent', 'delivered', 'read', 'unknown')
            order by created_at desc, id desc limit 10000
        ) m on true
        cross join lateral (select \(now.addingTimeInterval(-86_400))::timestamptz as since) window_of_day
        where l.channel_id = \(line)
        group by l.channel_id, l.linked_at, window_of_day.since
        """
    }

    /// Chats of the line `l` that the business began since `window_of_day.since`.
    private static let startedChats = """
        (select count(*) from conversations t
            where t.channel_id = l.channel_id and t.last_inbound_at is null and not t.is_group
                and t.created_at > window_of_day.since)
        """
}

extension LineActivity {
    package init(row: Row) throws {
        self.init(
            linkedAt: try row["linked_at"], sentLastMinute: try row["sent_minute"], sentLastHour: try row["sent_hour"],
            sentLastDay: try row["sent_day"], startedLastDay: try row["started_day"],
            lastSentAt: try row["last_sent_at"])
    }
}
