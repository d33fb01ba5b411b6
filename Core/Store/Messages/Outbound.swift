package import Domain
package import FoundationEssentials
package import Postgres

/// A message to be sent, written before anything is sent.
package struct OutboundMessage: Sendable, Equatable {
    package enum Author: String, Sendable {
        case ai, flow, system, user
    }

    /// Chosen beforehand.
    package var id: MessageID
    package var author: Author
    package var user: UserID?
    package var body: String
    package var media: [MediaReference]
    package var type: MessageType
    package var content: MessageContent?
    /// The turn it answers, and its place among the parts of that answer.
    package var turn: TurnID?
    package var part: Int
    /// The epoch it may be sent under; `nil` when it may be sent whoever owns the conversation.
    package var epoch: Int?

    package init(
        id: MessageID, author: Author, user: UserID? = nil, body: String, media: [MediaReference] = [],
        type: MessageType = .text, content: MessageContent? = nil, turn: TurnID? = nil, part: Int,
        epoch: Int? = nil
    ) {
        self.id = id
        self.author = author
        self.user = user
        self.body = body
        self.media = media
        self.type = type
        self.content = content
        self.turn = turn
        self.part = part
        self.epoch = epoch
    }
}

extension Query {
    /// Writes a message as `queued`, or as sent next (`job`), with its history and events, and counts it. `one_reply_per_turn` refuses a second answer to
    /// a turn; a message with the same id is the same message and changes nothing.
    ///
    /// - Parameters:
    ///   - isCounted: by `countOutbound`, because the quota had to be asked first.
    ///   - job: who hands the message over next: it is marked as sending at once, if that job is then held (`end`). It must be on
    ///     disk before the provider hears of it.
    /// - Returns: one row, `status`, of a new message.
    package static func queue(
        _ message: OutboundMessage, in conversation: ConversationRecord, isCounted: Bool = false,
        markedFor job: Job? = nil,
        at now: Date
    ) throws -> Query {
        try status(markedFor: job)
            .appending(inserting(message, in: conversation, at: now))
            .appending(isCounted ? "" : countingQueued(at: now))
            .appending(
                """
                , told as (
                    insert into events (organization_id, type, subject_id, data, at)
                    select organization_id, 'message.' || case step when 'queued' then step else 'status' end, id,
                        jsonb_build_object('conversation_id', conversation_id)
                            || case step when 'queued' then '{}' else jsonb_build_object('status', step) end,
                        \(now)
                    from steps order by place
                )
                select status from queued
                """)
    }

    /// The table expression `first`: the status it begins with.
    private static func status(markedFor job: Job?) -> Query {
        guard let job else { return "with first as (select 'queued' as status)" }
        return Query("with first as (select case when exists (").appending(isHeld(job))
            .appending(") then 'sending' else 'queued' end as status)")
    }

    /// The table expressions `queued`, the message if it is new, its `steps` until now, and what follows from it.
    private static func inserting(
        _ message: OutboundMessage, in conversation: ConversationRecord, at now: Date
    ) throws -> Query {
        """
        , queued as (
            insert into messages (id, organization_id, conversation_id, channel_id, direction, author, author_user_id, type,
                body, media, content, status, attempts, sending_since, turn_id, part, epoch, created_at)
            select \(message.id), \(conversation.organization), \(conversation.id), \(conversation.channel), 'outbound',
                \(message.author.rawValue), \(message.user), \(message.type.rawValue), \(message.body),
                \(try json(message.media)), \(try message.content.map(json)), status, (status = 'sending')::int,
                case status when 'sending' then clock_timestamp() end, \(message.turn), \(message.part)::int,
                \(message.epoch), \(now)
            from first
            on conflict (organization_id, id) do nothing
            returning id, organization_id, conversation_id, status
        ), steps as (
            select queued.*, step, place
            from queued, unnest(array['queued', nullif(status, 'queued')]) with ordinality as path (step, place)
            where step is not null
        ), history as (
            insert into message_statuses (organization_id, message_id, status, at)
            select organization_id, id, step, \(now) from steps
        ), thread as (
            update conversations set last_message_at = greatest(last_message_at, \(now))
            from queued where conversations.id = queued.conversation_id
        )
        """
    }

    /// One row when the message is there, whatever became of it.
    package static func isQueued(_ message: MessageID) -> Query {
        "select from messages where id = \(message)"
    }

    /// One row, `part`: the place the next part of a turn's answer takes.
    package static func nextPart(of turn: TurnID) -> Query {
        "select coalesce(max(part) + 1, 0) as part from turn_replies where turn_id = \(turn)"
    }

    /// Withdraws what machines queued under an earlier epoch and has not left yet; it counts no longer.
    package static func cancelQueued(
        in conversation: ConversationID, before epoch: Int, reason: String, at now: Date
    ) -> Query {
        cancelling(in: conversation, before: epoch, reason: reason, at: now)
            .appending(uncounting("cancelled", at: now))
            .appending(
                """

                insert into events (organization_id, type, subject_id, data, at)
                select organization_id, 'message.status', id,
                    jsonb_build_object('conversation_id', conversation_id, 'status', 'cancelled'), \(now)
                from cancelled
                """)
    }

    /// The table expressions `cancelled`, its history and decisions.
    private static func cancelling(
        in conversation: ConversationID, before epoch: Int, reason: String, at now: Date
    ) -> Query {
        """
        with cancelled as (
            update messages set status = 'cancelled', error_reason = \(reason)
            where conversation_id = \(conversation) and status = 'queued' and epoch < \(epoch)
            returning id, organization_id, conversation_id, turn_id
        ), history as (
            insert into message_statuses (organization_id, message_id, status, at)
            select organization_id, id, 'cancelled', \(now) from cancelled
        ), trail as (
            insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
            select organization_id, conversation_id, turn_id, id, 'outbox', 'stopped', \(reason), \(now) from cancelled
        )
        """
    }
}

extension Query {
    /// What has not left for certain under one epoch may leave under the next.
    package static func carryQueued(in conversation: ConversationID, from old: Int, to new: Int) -> Query {
        """
        update messages set epoch = \(new)::int
        where conversation_id = \(conversation) and status in ('queued', 'sending') and epoch = \(old)::int
        """
    }
}

extension Query {
    /// A person answers for the message now: no epoch holds it back.
    package static func unbind(_ message: MessageID) -> Query {
        "update messages set epoch = null where id = \(message)"
    }

    /// One row, `waiting`: whether the customer wrote last.
    package static func isQuestionWaiting(in conversation: ConversationID) -> Query {
        """
        select coalesce((
            select direction = 'inbound' from messages
            where conversation_id = \(conversation) and status not in ('failed', 'cancelled')
            order by created_at desc, id desc
            limit 1), false) as waiting
        """
    }
}
