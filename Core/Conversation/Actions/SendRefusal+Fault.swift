import Domain
import FoundationEssentials
package import Web

extension Fault {
    /// What a person is told who may not write now.
    package init(_ refusal: SendRefusal) {
        switch refusal {
        case .noChannel: self = .notFound("channel")
        case .unsupportedChannel(let kind):
            self = .conflict(
                "unsupported-channel", "Messages can't be started on a \(kind.rawValue) channel from here yet.")
        case .channelNotConnected(let reason):
            self = .conflict(
                "channel-not-connected",
                reason.isEmpty ? "The channel is not connected." : "The channel is not connected. \(reason)")
        case .paced(let reason): self = .conflict("paced", reason)
        case .unknownChat: self = .notFound("chat on this line")
        case .optedOut:
            self = .conflict("opted-out", "The customer asked not to be written to (STOP). They can write START.")
        case .quotaUsedUp(let limit):
            self = .conflict(
                "quota-exhausted",
                "This month's \(limit) messages are used up. People can go on answering customers in their inbox.")
        case .windowClosed(let since):
            self = .conflict(
                "window-closed",
                (since.map { "The 24-hour window closed at \($0.formatted(.iso8601))." }
                    ?? "The customer has not written to this number yet.")
                    + " WhatsApp allows free text only within 24 hours of the customer's last message; outside it only an"
                    + " approved template may be sent.")
        }
    }
}
