import API
import Access
import Domain
import Store
import Web

extension LineStatus: Answerable {}

extension ChannelView {
    static let answer = Answer<ChannelView> {
        $0.field("id", \.id)
        $0.field("kind", \.kind)
        $0.field("name", \.name)
        $0.field("description", \.description)
        $0.field("status", \.status)
        $0.field("status_reason", \.statusReason, about: "One plain sentence.")
        $0.field("next_step", \.nextStep, about: "What the owner should do now; empty: nothing.")
        $0.field("needs_owner", \.status.needsOwner)
        $0.field("phone_number", \.phoneNumber, about: "E.164.")
        $0.field("auto_reply", \.autoReply)
        $0.field("is_primary", \.isPrimary)
        $0.field("answers_groups", \.answersGroups)
        $0.field("persona_id", \.persona)
        $0.field("business_hours", shape: .nullable(.map(.anything)), about: "Null: the organization's own hours.") {
            .stored($0.businessHours)
        }
        $0.field("created_at", \.createdAt)
        $0.field("updated_at", \.updatedAt)
        $0.field("link", \.link, Link.answer, about: "Of a line over WhatsApp Web.")
    }

    /// E.164.
    private var phoneNumber: String? {
        if let link { return link.phoneNumber.map { "+\($0)" } }
        return address.map { $0.hasPrefix("whatsapp:") ? String($0.dropFirst("whatsapp:".count)) : $0 }
    }

    /// A line that wants to connect and that nobody holds is said so: its status alone would look like patience.
    var nextStep: String {
        guard let link else { return "" }
        if link.wanted == "connected", !link.isHeld, [.starting, .reconnecting].contains(status) {
            return LineTrouble.noWorker.nextStep
        }
        return link.nextStep
    }
}

extension ChannelView.Link {
    fileprivate static let answer = Answer<ChannelView.Link> {
        $0.field("wanted", shape: .choice(["connected", "stopped", "unlinked"])) { .string($0.wanted) }
        $0.field("push_name", \.pushName)
        $0.field("platform", \.platform)
        $0.field("linked_at", \.linkedAt)
        $0.field("connected_at", \.connectedAt)
        $0.field("disconnected_at", \.disconnectedAt)
        $0.field("banned_until", \.bannedUntil)
        $0.field("failures", \.failures, about: "Connections in a row that failed.")
        $0.field("retry_at", \.retryAt, about: "When the next one is made; null: none is waited for.")
        $0.field("reply_only", \.isReplyOnly)
    }
}
