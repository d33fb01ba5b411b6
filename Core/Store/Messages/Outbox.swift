package import Domain
package import FoundationEssentials
package import Postgres

/// The oldest message of a conversation that has not left yet.
package struct OutboxEntry: Sendable, Equatable {
    package let id: MessageID
    package let status: MessageStatus
    package let author: OutboundMessage.Author
    package let turn: TurnID?
    package let epoch: Int?
    package let body: String
    package let media: [MediaReference]
    package let type: MessageType
    package let content: MessageContent?
    /// Of a message whose id we chose ourselves: it may have left under it.
    package let providerMessageID: String?
    /// How often it was handed to the provider.
    package let attempts: Int
    /// Real seconds since it was marked as sending; `nil` while it is queued.
    package let sendingFor: Double?
    /// Real time.
    package let sendingSince: Date?

    /// An earlier try, under the same id, may have reached the customer: what this one is told is no word about that.
    package var mayHaveLeft: Bool { status == .sending && providerMessageID != nil }
}

/// A change of an outbound message's status that the outbox makes.
package struct OutboxMove: Sendable {
    package var status: MessageStatus
    /// Only from these; otherwise somebody else (a callback) was faster and nothing changes.
    package var from: [MessageStatus]
    package var providerID: String?
    package var errorCode: String?
    package var reason: String?

    package init(
        to status: MessageStatus, from: [MessageStatus], providerID: String? = nil, errorCode: String? = nil,
        reason: String? = nil
    ) {
        self.status = status
        self.from = from
        self.providerID = providerID
        self.errorCode = errorCode
        self.reason = reason
    }
}

extension Query {
    package static func nextInOutbox(of conversation: ConversationID) -> Query {
        """
        select id, status, author, turn_id, epoch, body, media, type, content, provider_message_id, attempts, sending_since,
            extract(epoch from clock_timestamp() - sending_since)::float8 as sending_for
        from messages
        where conversation_id = \(conversation) and status in ('queued', 'sending')
        order by created_at, part, id
        limit 1
        """
    }

    /// Returns a row when the message moved. One that ends before the provider took it counts no longer.
    package static func move(_ message: MessageID, _ move: OutboxMove, at now: Date) -> Query {
        let ends = move.status == .failed || move.status == .cancelled
        return moving(message, move, at: now)
            .appending(ends ? uncounting("moved", at: now) : "")
            .appending(
                """

                insert into events (organization_id, type, subject_id, data, at)
                select organization_id, 'message.status', id,
                    jsonb_build_object('conversation_id', conversation_id, 'status', \(move.status.rawValue)::text), \(now)
                from moved
                returning subject_id
                """)
    }

    /// The table expressions `moved` and its history.
    private static func moving(_ message: MessageID, _ move: OutboxMove, at now: Date) -> Query {
        """
        with moved as (
            update messages
            set status = \(move.status.rawValue), error_code = \(move.errorCode), error_reason = \(move.reason),
                provider_message_id = coalesce(\(move.providerID), provider_message_id),
                attempts = attempts + (\(move.status == .sending))::int,
                sending_since = case \(move.status.rawValue)
                    when 'sending' then clock_timestamp() when 'queued' then null else sending_since end,
                sent_at = case when \(move.status.wasTaken) then coalesce(sent_at, \(now)) else sent_at end
            where id = \(message) and status = any (\(array: move.from.map(\.rawValue)))
            returning id, organization_id, conversation_id
        ), history as (
            insert into message_statuses (organization_id, message_id, status, error_code, at)
            select organization_id, id, \(move.status.rawValue), \(move.errorCode), \(now) from moved
            on conflict (organization_id, message_id, status) do nothing
        )
        """
    }

    /// A row when there is an id under which the message may have left.
    package static func idOnItsWay(of message: MessageID) -> Query {
        "select provider_message_id from messages where id = \(message) and provider_message_id is not null"
    }

    /// Those of the provider's ids that belong to some message of the channel already.
    package static func assigned(_ providerIDs: [String], on channel: ChannelID) -> Query {
        """
        select provider_message_id from message_keys
        where author = '' and channel_id = \(channel) and provider_message_id = any (\(array: providerIDs))
        """
    }

    /// Takes a provider's id for a message that is being sent, before it is moved because of that id alone. No row when another
    /// message has it, or when this one has moved already.
    package static func claim(_ providerID: String, for message: MessageID) -> Query {
        """
        insert into message_keys (organization_id, channel_id, provider_message_id, message_id)
        select organization_id, channel_id, \(providerID)::text, id from messages
        where id = \(message) and status = 'sending' and length(\(providerID)::text) <= 200
        for no key update
        on conflict (organization_id, channel_id, provider_message_id, author) do nothing
        returning message_id
        """
    }
}

extension OutboxEntry {
    /// Of a message that is marked as sending by the statement that queues it.
    package init(marked message: OutboundMessage) {
        id = message.id
        status = .sending
        author = message.author
        turn = message.turn
        epoch = message.epoch
        body = message.body
        media = message.media
        type = message.type
        content = message.content
        providerMessageID = nil
        attempts = 0
        sendingFor = nil
        sendingSince = nil
    }

    package init(_ row: Row) throws(PostgresError) {
        id = try row["id"]
        status = try row.value("status")
        author = try row.value("author")
        turn = try row["turn_id"]
        epoch = try row["epoch"]
        body = try row["body"]
        media = try row.json("media")
        type = try row.value("type")
        content = try row["content"] as String? == nil ? nil : try row.json("content")
        providerMessageID = try row["provider_message_id"]
        attempts = try row["attempts"]
        sendingFor = try row["sending_for"]
        sendingSince = try row["sending_since"]
    }
}
