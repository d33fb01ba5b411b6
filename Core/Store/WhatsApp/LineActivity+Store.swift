package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// One row for `LineActivity(row:)`. Chats count as soon as they were begun, sent or not: more are not taken.
    package static func activity(of line: ChannelID, at now: Date) -> Query {
        """
        select l.linked_at, sent.*, \(unescaped: LineActivity.startedChats("true")) as started_day
        from whatsapp_lines l cross join (select \(now)::timestamptz as now) moment
        cross join lateral \(unescaped: LineActivity.sent) sent
        where l.channel_id = \(line)
        """
    }
}

/// What a line's pacing and health are computed from: of the line `l` until `moment.now`, for `init(row:)`.
extension LineActivity {
    /// Bounded: beyond the highest limit the exact number decides nothing.
    static let sent = """
        (select count(*) as sent_day, count(*) filter (where sent_at > moment.now - interval '1 hour') as sent_hour,
            count(*) filter (where sent_at > moment.now - interval '1 minute') as sent_minute,
            max(sent_at) as last_sent_at
        from (select sent_at from messages
            where channel_id = l.channel_id and direction = 'outbound' and sent_at > moment.now - interval '1 day'
            order by sent_at desc limit 10000) lately)
        """

    /// Chats that the business began within a day.
    /// - Parameter condition: on the conversation `t`.
    static func startedChats(_ condition: String) -> String {
        """
        (select count(*) from conversations t
            where t.channel_id = l.channel_id and t.last_inbound_at is null and not t.is_group
                and t.created_at > moment.now - interval '1 day' and \(condition))
        """
    }
}

extension LineActivity {
    package init(row: Row) throws {
        self.init(
            linkedAt: try row["linked_at"], sentLastMinute: try row["sent_minute"], sentLastHour: try row["sent_hour"],
            sentLastDay: try row["sent_day"], startedLastDay: try row["started_day"],
            lastSentAt: try row["last_sent_at"])
    }
}
