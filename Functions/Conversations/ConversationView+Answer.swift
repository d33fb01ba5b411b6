import API
import Domain
import FoundationEssentials
import Store

extension ConversationView {
    static let answer = Answer<ConversationView> {
        $0.field("id", \.id)
        $0.field("channel_id", \.channel)
        $0.field("channel_name", \.channelName)
        $0.field("channel_kind", \.kind)
        $0.field("contact_id", \.contact)
        $0.field("contact_name", \.contactName)
        $0.field("remote_address", \.remoteAddress)
        $0.field("local_address", \.localAddress)
        $0.field("is_group", \.isGroup)
        $0.word("status", \.status, of: ConversationRecord.Status.self)
        $0.word("owner", \.owner, of: Ownership.Owner.self, about: "Who answers.")
        $0.field("owner_user_id", \.ownerUser)
        $0.field("epoch", \.epoch, about: "Counts changes of the owner.")
        $0.field("is_opted_out", \.isOptedOut, about: "The customer asked not to be written to.")
        $0.field("last_inbound_at", \.lastInboundAt)
        $0.field("window_closes_at", \.windowCloses, about: "Free text may be sent until then; null: at any time.")
        $0.field("last_message_at", \.lastMessageAt)
        $0.field("created_at", \.createdAt)
    }

    /// Null for channels that have no 24-hour window.
    private var windowCloses: Date? {
        MessagingWindow.applies(to: kind, address: localAddress)
            ? MessagingWindow.closes(lastInbound: lastInboundAt) : nil
    }
}
