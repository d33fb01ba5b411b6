package import Domain
package import FoundationEssentials
package import Postgres

/// What decides when the next message of a conversation may leave its line.
package struct PacingFacts: Sendable, Equatable {
    package let line: LineActivity
    package let contact: ContactActivity
    package let message: PacedMessage
    package let messageID: MessageID
    package let hasFile: Bool
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
            select id, author, length(body) as length, media <> '[]' as has_file, created_at from messages
            where conversation_id = \(conversation) and status in ('queued', 'sending')
            order by created_at, part, id limit 1
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
        select thread.remote_address, thread.is_group, thread.last_inbound_at, next.id as message_id, next.author, next.length, next.has_file,
            extract(epoch from moment.now - greatest(next.created_at, thread.last_inbound_at))::float8 as waited,
            l.linked_at, l.reply_only, sent.*, \(unescaped: LineActivity.startedChats(somethingSent)) as started_day,
            contact.minute, contact.hour, contact.day, contact.unanswered
        from thread join whatsapp_lines l on l.channel_id = thread.channel_id
        cross join (select \(now)::timestamptz as now) moment
        cross join next cross join contact cross join lateral \(unescaped: LineActivity.sent) sent
        """
    }

    /// The chat at hand was begun when its first message was queued; it counts once that has left.
    private static let somethingSent =
        "exists (select from messages m where m.conversation_id = t.id and m.sent_at is not null)"
}

extension PacingFacts {
    package init(_ row: Row) throws {
        remoteAddress = try row["remote_address"]
        hasFile = try row["has_file"]
        isGroup = try row["is_group"]
        isReplyOnly = try row["reply_only"]
        line = try LineActivity(row: row)
        contact = ContactActivity(
            lastInboundAt: try row["last_inbound_at"], sentSinceInbound: try row["unanswered"],
            sentLastMinute: try row["minute"], sentLastHour: try row["hour"], sentLastDay: try row["day"])
        messageID = try row["message_id"]
        message = PacedMessage(
            isFromPerson: try row["author"] == "user", length: try row["length"], waited: try row["waited"])
    }
}
