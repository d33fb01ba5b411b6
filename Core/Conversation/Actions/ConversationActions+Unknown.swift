package import Domain
import Postgres
import Store

/// What a person decides about a message of which nobody knows whether it arrived.
package enum UnknownDecision: Sendable {
    /// They saw it on the phone, or don't mind.
    case consideredSent
    /// Send it again: the customer may get it twice, and the person knows.
    case sendAgain
}

extension ConversationActions {
    package func decide(
        _ message: MessageID, in id: ConversationID, of organization: OrganizationID, _ decision: UnknownDecision
    ) async throws -> QueuedReply {
        _ = try await with(id, of: organization) { conversation, connection in
            let now = clock.now()
            // Under the same id it is a repeat, of whose first try nobody knows.
            let onItsWay = try await connection.query(.idOnItsWay(of: message))
            let isRepeat = decision == .sendAgain && !onItsWay.isEmpty
            let move = OutboxMove(to: isRepeat ? .sending : decision.status, from: [.unknown])
            guard try await !connection.query(.move(message, move, at: now)).isEmpty else {
                throw ConversationActionError.notUnknown
            }
            try await connection.pipeline([
                .unbind(message),
                .record("provider", .passed, decision.reason, message: message, in: conversation, at: now),
                .enqueue(.send, key: id.text, for: organization, id: ids.make(), due: now, at: now),
            ])
        }
        return QueuedReply(message: message, wakeNeeded: await isWakeNeeded())
    }
}

extension UnknownDecision {
    fileprivate var status: MessageStatus { self == .sendAgain ? .queued : .sent }

    fileprivate var reason: String {
        switch self {
        case .consideredSent: "A person decided that the message was sent."
        case .sendAgain: "A person decided to send the message again."
        }
    }
}
