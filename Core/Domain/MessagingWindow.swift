package import FoundationEssentials

/// The provider's rule that free-form messages may be sent only for 24 hours after the customer's last message; later
/// only approved templates (WhatsApp's 24-hour window). Enforced here so that a message which would be
/// refused with 63016 is never sent, though the refusal is still expected.
package enum MessagingWindow {
    package static let length: TimeInterval = 24 * 60 * 60

    /// Whether the channel has a window at all. SMS, which shares a kind with WhatsApp through Twilio, has none; its
    /// addresses carry no channel prefix.
    package static func applies(to kind: ChannelKind, address: String) -> Bool {
        switch kind {
        case .whatsappTwilio: address.hasPrefix("whatsapp:")
        case .messenger, .instagram: true
        case .whatsappWeb, .telegram, .signal, .sandbox: false
        }
    }

    /// Whether a free-form message may be sent at `now`. Exactly 24 hours later the window is closed.
    package static func isOpen(lastInbound: Date?, now: Date) -> Bool {
        guard let closes = closes(lastInbound: lastInbound) else { return false }
        return now < closes
    }

    /// `nil` when the customer never wrote.
    package static func closes(lastInbound: Date?) -> Date? {
        lastInbound?.addingTimeInterval(length)
    }
}
