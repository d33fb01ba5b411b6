package import Domain
package import FoundationEssentials
package import Postgres

/// What became of an inbound message.
package struct InboundReceipt: Sendable, Equatable {
    /// False for a repeated delivery, which changed nothing.
    package let isNew: Bool
    package let organization: OrganizationID
    package let channel: ChannelID
    package let conversation: ConversationID
    package let message: MessageID
    package let turn: TurnID?
    /// No job runner listens: invoke one.
    package let wakeNeeded: Bool
}

/// Ids for the rows an inbound message may make.
package struct InboundIDs: Sendable {
    package var message: MessageID
    package var contact: ContactID
    package var conversation: ConversationID
    package var turn: TurnID
    package var job: JobID

    package init(_ ids: IDSource) {
        message = ids.make()
        contact = ids.make()
        conversation = ids.make()
        turn = ids.make()
        job = ids.make()
    }
}

extension Query {
    /// Stores an inbound message in one statement (`Functions/inbox.sql`): organization, dedupe, contact, conversation, message,
    /// turn, job, usage, decision and event; of a silent one only the message. One row, an `InboundReceipt`; none when no channel of
    /// that kind exists.
    package static func receive(
        _ message: InboundMessage, ids: InboundIDs, at now: Date, debounce: Debounce
    ) throws -> Query {
        """
        select is_new, organization_id, channel_id, conversation_id, message_id, turn_id from receive_message(
            row(\(message.kind.rawValue), \(message.localAddress), \(message.remoteAddress), \(message.providerMessageID),
                \(message.contactName), \(message.type.rawValue), \(message.text), \(try json(message.media)),
                \(message.providerKeyword), \(message.choice), \(message.writtenAt),
                \(message.isGroup))::inbound_message,
            row(\(ids.message), \(ids.contact), \(ids.conversation), \(ids.turn), \(ids.job))::inbound_ids,
            \(now), \(debounce.quiet), \(debounce.longestWait),
            row(\(array: message.numbers)::text[], \(array: message.aliases)::text[], \(message.writer),
                \(message.type.isSilent))::inbound_sender)
        """
    }

    /// The text of a JSON column.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension InboundReceipt {
    /// - Parameter wakeNeeded: what `callRunner` answered after the commit.
    package init(_ row: Row, wakeNeeded: Bool) throws(PostgresError) {
        isNew = try row["is_new"]
        organization = try row["organization_id"]
        channel = try row["channel_id"]
        conversation = try row["conversation_id"]
        message = try row["message_id"]
        turn = try row["turn_id"]
        self.wakeNeeded = wakeNeeded
    }
}
