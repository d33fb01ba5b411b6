package import Domain
package import FoundationEssentials
package import Postgres

/// What decides when the next message of a conversation may leave its line.
package struct PacingFacts: Sendable, Equatable {
    package let line: LineActivity
    package let contact: ContactActivity
    package let message: PacedMessage
    package let isGroup: Bool
    package let isReplyOnly: Bool
    /// JID text.
    package let remoteAddress: String
}

extension Query {
    /// One row; none when nothing waits in the conversation.
    package static func pacing(of conversation: ConversationID, at now: Date) -> Query {
        """
        with thread as (select * from conversations where id = \(conversation)),
        next as (
            select author, length(body) as length, created_at from messages
            where conversation_id = \(conversation) and status in ('queued', 'sending')
            order by created_at, part, id limit 1
        ), line as (
            select count(*) filter (where sent_at > \(now)::timestamptz - interval '1 minute') as minute,
                count(*) filter (where sent_at > \(now)::timestamptz - interval '1 hour') as hour, count(*) as day,
                count(distinct conversation_id) filter (where threads.last_inbound_at is null) as started,
                max(sent_at) as last
            from messages join conversations threads on threads.id = conversation_id
            where messages.channel_id = (select channel_id from thread) and direction = 'outbound'
                and sent_at > \(now)::timestamptz - interval '1 day'
        ), contact as (
            select count(*) filter (where sent_at > \(now)::timestamptz - interval '1 minute') as minute,
                count(*) filter (where sent_at > \(now)::timestamptz - interval '1 hour') as hour,
                count(*) filter (where sent_at > \(now)::timestamptz - interval '1 day') as day,
                count(*) filter (where sent_at > coalesce((select last_inbound_at from thread), '-infinity')) as unanswered
            from (
                select sent_at from messages
                where conversation_id = \(conversation) and direction = 'outbound' and sent_at is not null
                order by created_at desc limit 500) sent
        )
        select thread.remote_address, thread.is_group, thread.last_inbound_at, next.author, next.length,
            extract(epoch from \(now)::timestamptz - greatest(next.created_at, thread.last_inbound_at))::float8 as waited,
            lines.linked_at, lines.reply_only, line.minute as line_minute, line.hour as line_hour, line.day as line_day, line.started,
            line.last, contact.minute, contact.hour, contact.day, contact.unanswered
        from thread cross join next cross join line cross join contact
        join whatsapp_lines lines on lines.channel_id = thread.channel_id
        """
    }
}

extension PacingFacts {
    package init(_ row: Row) throws(PostgresError) {
        remoteAddress = try row["remote_address"]
        isGroup = try row["is_group"]
        isReplyOnly = try row["reply_only"]
        line = LineActivity(
            linkedAt: try row["linked_at"], sentLastMinute: try row["line_minute"], sentLastHour: try row["line_hour"],
            sentLastDay: try row["line_day"], startedLastDay: try row["started"], lastSentAt: try row["last"])
        contact = ContactActivity(
            lastInboundAt: try row["last_inbound_at"], sentSinceInbound: try row["unanswered"],
            sentLastMinute: try row["minute"], sentLastHour: try row["hour"], sentLastDay: try row["day"])
        message = PacedMessage(
            isFromPerson: try row["author"] == "user", length: try row["length"], waited: try row["waited"])
    }
}
