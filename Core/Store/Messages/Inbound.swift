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
        let message = message.storable
        return """
            select is_new, organization_id, channel_id, conversation_id, message_id, turn_id from receive_message(
                row(\(message.kind.rawValue), \(message.localAddress), \(message.remoteAddress), \(message.providerMessageID),
                    \(message.contactName), \(message.type.rawValue), \(message.text), \(try json(message.media)),
                    \(message.providerKeyword), \(message.choice), \(message.writtenAt),
                    \(message.isGroup), \(array: message.authorNames)::text[])::inbound_message,
                row(\(ids.message), \(ids.contact), \(ids.conversation), \(ids.turn), \(ids.job))::inbound_ids,
                \(now), \(debounce.quiet), \(debounce.longestWait),
                row(\(array: message.numbers)::text[], \(array: message.aliases)::text[],
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

extension InboundMessage {
    /// Unicode scalars. No provider takes longer ones; Twilio's end at 65,536 bytes.
    private static let longestText = 65_536
    private static let longestURL = 4_000

    /// As columns take it. What becomes JSON must not hold U+0000 either: `jsonb` refuses its escape (22P05).
    var storable: InboundMessage {
        var message = self
        message.contactName = contactName?.cut(to: 255)
        message.choice = choice?.cut(to: 1_000)
        message.text = text.cut(to: Self.longestText)
        message.media = media.map {
            MediaReference(url: $0.url.cut(to: Self.longestURL), contentType: $0.contentType.cut(to: 255))
        }
        return message
    }

    /// What is kept of a message that can't be stored as it is: whose it is, and why there is no more of it.
    package var unstorable: InboundMessage {
        InboundMessage(
            kind: kind, localAddress: localAddress, remoteAddress: remoteAddress, providerMessageID: providerMessageID,
            type: .unsupported,
            text: "This message could not be stored: it holds something that is not allowed here.", isGroup: isGroup)
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
