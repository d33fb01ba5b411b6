/// Column `messages.status`. An outbound message moves forward only: callbacks arrive in any order and more than once.
package enum MessageStatus: String, Sendable, Codable, CaseIterable {
    case received
    case queued, sending, unknown, sent, delivered, read
    case failed, cancelled

    /// Nothing that a provider says moves a message on from here.
    package var isTerminal: Bool {
        switch self {
        case .received, .read, .failed, .cancelled: true
        case .queued, .sending, .unknown, .sent, .delivered: false
        }
    }

    /// The provider has it.
    package var wasTaken: Bool {
        switch self {
        case .sent, .delivered, .read: true
        case .received, .queued, .sending, .unknown, .failed, .cancelled: false
        }
    }

    /// Whether news of `next` is an advance. `unknown` ranks below `sent`, so any news settles it; a failure is believed
    /// until the message is known to have been delivered.
    package func advances(to next: MessageStatus) -> Bool {
        guard !isTerminal, let rank, next != .received else { return false }
        switch next {
        case .failed: return self != .delivered
        case .cancelled: return self == .queued
        default: return (next.rank ?? 0) > rank
        }
    }

    private var rank: Int? {
        switch self {
        case .queued: 0
        case .sending: 1
        case .unknown: 2
        case .sent: 3
        case .delivered: 4
        case .read: 5
        case .received, .failed, .cancelled: nil
        }
    }

    /// Twilio's word in a status callback; `nil` for a word that is new.
    ///
    /// Everything Twilio has accepted is `sent` to us: our own `queued` and `sending` mean that it may still be only here.
    package init?(twilio word: String) {
        switch word.lowercased() {
        case "accepted", "scheduled", "queued", "sending", "sent", "partially_delivered": self = .sent
        case "delivered": self = .delivered
        case "read": self = .read
        case "failed", "undelivered": self = .failed
        case "canceled": self = .cancelled
        case "receiving", "received": self = .received
        default: return nil
        }
    }
}
