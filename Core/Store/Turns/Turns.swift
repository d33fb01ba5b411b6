package import Domain
package import FoundationEssentials
package import Postgres

/// One turn of a conversation: what the customer wrote until they paused, and what became of it.
package struct TurnRecord: Sendable, Equatable {
    package enum State: String, Sendable {
        /// Collecting messages until `dueAt`.
        case open
        /// The reply is being written under `epoch`; if its process died, it will be written again.
        case composing
        /// A reply was queued.
        case answered
        /// Over without an automatic reply; the decisions say why.
        case closed
    }

    package let id: TurnID
    package let state: State
    package let openedAt: Date
    package let dueAt: Date
    package let epoch: Int?
    /// Who writes the reply, while it is being composed.
    package let responder: String?
}

/// A message of the turn, as far as deciding and answering need it.
package struct TurnMessage: Sendable, Equatable {
    package let text: String
    package let providerKeyword: String?
    /// The provider's id, for the typing indicator.
    package let providerMessageID: String?
}

extension Query {
    /// The conversation's unfinished turns, the one to work on first: at most one is being composed, one open.
    package static func unfinishedTurns(of conversation: ConversationID) -> Query {
        """
        select id, state, opened_at, due_at, epoch, responder from turns
        where conversation_id = \(conversation) and state in ('open', 'composing')
        order by opened_at, id
        limit 2
        """
    }

    /// The first of them as a table expression, so that what belongs to it is read in the round trip that finds it.
    static func unfinishedTurn(of conversation: ConversationID) -> Query {
        """
        with this as materialized (
            select id, opened_at from turns
            where conversation_id = \(conversation) and state in ('open', 'composing')
            order by opened_at, id
            limit 1
        )
        """
    }

    /// The customer's messages of the turn to work on first, oldest first: at most the last 1,000, and of those before the last
    /// 50 only texts that may be a keyword. A turn that a person gave back has none of its own: then those that nobody has
    /// answered.
    package static func turnMessages(in conversation: ConversationID) -> Query {
        unfinishedTurn(of: conversation).appending(
            """

            select case when place <= 50 or length(body) <= 120 then body else '' end as body, provider_keyword,
                provider_message_id
            from (
                select body, provider_keyword, provider_message_id, created_at, id,
                    row_number() over (order by created_at desc, id desc) as place
                from (
                select * from messages
                where turn_id = (select id from this) and direction = 'inbound'
                union all
                select * from messages
                where conversation_id = \(conversation) and direction = 'inbound'
                    and not exists (
                        select from messages where turn_id = (select id from this) and direction = 'inbound')
                    and created_at > coalesce((
                        select max(created_at) from messages
                        where conversation_id = \(conversation) and direction = 'outbound' and status <> 'cancelled'),
                        '-infinity')
                ) own
                order by created_at desc, id desc
                limit 1000
            ) latest
            order by created_at, id
            """)
    }

    /// What was said before and in the turn to work on first, newest first: messages of later turns are left out, and the
    /// turn's own come last even when the reply to the turn before was written after them.
    package static func turnHistory(in conversation: ConversationID, limit: Int) -> Query {
        unfinishedTurn(of: conversation).appending(
            """

            select direction, type, body, media, author from messages
            where conversation_id = \(conversation) and status not in ('failed', 'cancelled')
                and (direction = 'outbound' or turn_id is null or turn_id not in (
                    select later.id from turns later, this
                    where later.conversation_id = \(conversation)
                        and (later.opened_at, later.id) > (this.opened_at, this.id)))
            order by (direction = 'inbound' and turn_id is not distinct from (select id from this)) desc, created_at desc, part desc, id desc
            limit \(limit)
            """)
    }

    package static func compose(_ turn: TurnID, by responder: String, under epoch: Int) -> Query {
        """
        update turns set state = 'composing', responder = \(responder), epoch = \(epoch)::int
        where id = \(turn) and state = 'open'
        """
    }

    package static func finish(_ turn: TurnID, as state: TurnRecord.State, at now: Date) -> Query {
        """
        update turns set state = \(state.rawValue), closed_at = \(now)
        where id = \(turn) and state in ('open', 'composing')
        """
    }

    /// A turn that is due at once, for a question that is still waiting when a person gives the conversation back.
    package static func open(
        _ turn: TurnID, in conversation: ConversationID, of organization: OrganizationID, at now: Date
    ) -> Query {
        """
        insert into turns (id, organization_id, conversation_id, opened_at, due_at)
        values (\(turn), \(organization), \(conversation), \(now), \(now))
        on conflict (organization_id, conversation_id) where state = 'open' do nothing
        """
    }
}

extension TurnRecord {
    package init(_ row: Row) throws(PostgresError) {
        id = try row["id"]
        state = try row.value("state")
        openedAt = try row["opened_at"]
        dueAt = try row["due_at"]
        epoch = try row["epoch"]
        responder = try row["responder"]
    }
}

extension TurnMessage {
    package init(_ row: Row) throws(PostgresError) {
        text = try row["body"]
        providerKeyword = try row["provider_keyword"]
        providerMessageID = try row["provider_message_id"]
    }
}
