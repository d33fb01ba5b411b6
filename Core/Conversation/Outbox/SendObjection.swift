import Domain
import FoundationEssentials
import Store

/// Why a queued message may no longer be sent.
struct SendObjection: Sendable {
    let gate: String
    let status: MessageStatus
    var code: String?
    let reason: String
}

extension SendObjection {
    static let noSender = SendObjection(
        gate: "channel", status: .failed, reason: "This kind of channel can't send.")

    /// - Parameter epoch: under which the message was written; `nil`: it may be sent whoever owns the conversation.
    /// - Returns: `nil` when nothing speaks against it.
    static func to(
        _ author: OutboundMessage.Author, under epoch: Int?, in conversation: ConversationRecord, at now: Date
    ) -> SendObjection? {
        let current = conversation.ownership.epoch
        if let epoch, epoch != current {
            return SendObjection(
                gate: "owner", status: .cancelled,
                reason: "It was written before the conversation changed hands (epoch \(epoch), now \(current)).")
        }
        // The confirmation of STOP is the one thing still said, and the system says it under no epoch.
        let confirmsKeyword = author == .system && epoch == nil
        if conversation.isOptedOut, !confirmsKeyword {
            return SendObjection(
                gate: "opt_out", status: .failed, code: "21610", reason: "The customer has opted out of messages.")
        }
        if MessagingWindow.applies(to: conversation.kind, address: conversation.remoteAddress),
            !MessagingWindow.isOpen(lastInbound: conversation.lastInboundAt, now: now)
        {
            return SendObjection(
                gate: "window", status: .failed, code: "63016",
                reason: "The customer last wrote more than 24 hours ago; only an approved template may be sent.")
        }
        return nil
    }
}
