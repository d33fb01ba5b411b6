import Access
import Domain
import FoundationEssentials
import Store
import Web

extension ConversationView {
    var json: JSONValue {
        .object([
            "id": .string(id.text), "channel_id": .string(channel.text), "channel_name": .string(channelName),
            "channel_kind": .string(kind.rawValue), "contact_id": .string(contact.text),
            "contact_name": .string(contactName), "remote_address": .string(remoteAddress),
            "local_address": .string(localAddress), "is_group": .bool(isGroup), "status": .string(status),
            "owner": .string(owner), "owner_user_id": .text(ownerUser?.text), "epoch": .integer(epoch),
            "is_opted_out": .bool(isOptedOut), "last_inbound_at": .time(lastInboundAt),
            "window_closes_at": .time(windowCloses), "last_message_at": .time(lastMessageAt),
            "created_at": .time(createdAt),
        ])
    }

    /// Null for lines that have no 24-hour window.
    private var windowCloses: Date? {
        MessagingWindow.applies(to: kind, address: localAddress)
            ? MessagingWindow.closes(lastInbound: lastInboundAt) : nil
    }
}

extension Ownership {
    var json: [String: JSONValue] {
        ["owner": .string(owner.rawValue), "owner_user_id": .text(user?.text), "epoch": .integer(epoch)]
    }
}
