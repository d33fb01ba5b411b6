package import Domain
package import FoundationEssentials
import Postgres

/// A conversation as the inbox shows it.
package struct ConversationView: Sendable, Equatable {
    package var id: ConversationID
    package var channel: ChannelID
    package var channelName: String
    package var kind: ChannelKind
    package var contact: ContactID
    package var contactName: String
    package var remoteAddress: String
    package var localAddress: String
    package var isGroup: Bool
    package var status: String
    package var owner: String
    package var ownerUser: UserID?
    package var epoch: Int
    package var lastInboundAt: Date?
    package var lastMessageAt: Date
    package var createdAt: Date
    package var isOptedOut: Bool

    static let columns = """
        c.id, c.channel_id, channels.name as channel_name, channels.kind, c.contact_id, contacts.name as contact_name,
        c.remote_address, c.local_address, c.is_group, c.status, c.owner, c.owner_user_id, c.epoch, c.last_inbound_at,
        c.last_message_at, c.created_at, contacts.opted_out_at is not null as opted_out
        """
    /// Behind `from conversations c`. Contacts are looked up one by one (OFFSET keeps the planner from reading all of them).
    static let joins = """
        join channels on channels.id = c.channel_id
        cross join lateral (select name, opted_out_at from contacts where id = c.contact_id offset 0) contacts
        """

    init(row: Row) throws {
        id = try row["id"]
        channel = try row["channel_id"]
        channelName = try row["channel_name"]
        kind = try row.value("kind")
        contact = try row["contact_id"]
        contactName = try row["contact_name"]
        remoteAddress = try row["remote_address"]
        localAddress = try row["local_address"]
        isGroup = try row["is_group"]
        status = try row["status"]
        owner = try row["owner"]
        ownerUser = try row["owner_user_id"]
        epoch = try row["epoch"]
        lastInboundAt = try row["last_inbound_at"]
        lastMessageAt = try row["last_message_at"]
        createdAt = try row["created_at"]
        isOptedOut = try row["opted_out"]
    }
}

package struct MessageView: Sendable, Equatable {
    package var id: MessageID
    package var conversation: ConversationID
    package var channel: ChannelID
    package var direction: String
    package var author: String
    package var authorUser: UserID?
    package var type: String
    package var body: String
    /// JSON
    package var media: String
    package var status: String
    package var errorCode: String?
    package var errorReason: String?
    package var providerMessageID: String?
    package var createdAt: Date
    package var sentAt: Date?

    static let columns = """
        m.id, m.conversation_id, m.channel_id, m.direction, m.author, m.author_user_id, m.type, m.body, m.media, m.status,
        m.error_code, m.error_reason, m.provider_message_id, m.created_at, m.sent_at
        """

    init(row: Row) throws {
        id = try row["id"]
        conversation = try row["conversation_id"]
        channel = try row["channel_id"]
        direction = try row["direction"]
        author = try row["author"]
        authorUser = try row["author_user_id"]
        type = try row["type"]
        body = try row["body"]
        media = try row["media"]
        status = try row["status"]
        errorCode = try row["error_code"]
        errorReason = try row["error_reason"]
        providerMessageID = try row["provider_message_id"]
        createdAt = try row["created_at"]
        sentAt = try row["sent_at"]
    }
}

/// What a message that is to leave through a channel needs to know of it.
package struct ChannelRecord: Sendable, Equatable {
    package var id: ChannelID
    package var kind: ChannelKind
    package var address: String?
    package var status: String
    package var statusReason: String
    /// Of the organization: how local numbers are read.
    package var country: String
    /// It begins no chats.
    package var isReplyOnly: Bool

    init(row: Row) throws {
        id = try row["id"]
        kind = try row.value("kind")
        address = try row["address"]
        status = try row["status"]
        statusReason = try row["status_reason"]
        country = try row["country"]
        isReplyOnly = try row["reply_only"]
    }
}

package struct MessageTrail: Sendable, Equatable {
    package var message: MessageView
    package var decisions: [DecisionRecord]
    package var statuses: [StatusView]
}

package struct StatusView: Sendable, Equatable {
    package var message: MessageID
    package var status: String
    package var errorCode: String?
    package var at: Date

    init(row: Row) throws {
        message = try row["message_id"]
        status = try row["status"]
        errorCode = try row["error_code"]
        at = try row["at"]
    }
}

package struct EventPosition: Sendable, Equatable {
    /// A transaction's number as text: it has 64 bits without a sign.
    package var transaction: String
    package var id: Int

    package init(transaction: String, id: Int) {
        self.transaction = transaction
        self.id = id
    }

    package static let start = EventPosition(transaction: "0", id: 0)

    init(row: Row) throws {
        transaction = try row["transaction_id"]
        id = try row["id"]
    }
}

package struct OrganizationEvent: Sendable, Equatable {
    package var position: EventPosition
    package var type: String
    package var subject: UUID
    /// JSON: ids and states, no contents.
    package var data: String
    package var at: Date

    init(row: Row) throws {
        position = try EventPosition(row: row)
        type = try row["type"]
        subject = try row["subject_id"]
        data = try row["data"]
        at = try row["at"]
    }
}
