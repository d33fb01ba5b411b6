package import Domain
import Web

/// What the sender of a message is told: it is written down and will leave by itself.
package struct QueuedMessage: Sendable {
    package var id: MessageID
    package var conversation: ConversationID
    /// The address it goes to.
    package var to: String

    package init(id: MessageID, conversation: ConversationID, to: String) {
        self.id = id
        self.conversation = conversation
        self.to = to
    }

    package static let answer = Answer<QueuedMessage> {
        $0.field("id", \.id)
        $0.field("conversation_id", \.conversation)
        $0.field("status", shape: .choice([MessageStatus.queued.rawValue])) { _ in
            .string(MessageStatus.queued.rawValue)
        }
        $0.field("to", \.to)
    }
}
