import SwiftProtobuf

/// Names a message that exists: to react to it, edit it, take it back, vote on it.
package struct MessageKey: Sendable, Hashable {
    package let chat: JID
    package let id: String
    package let isFromMe: Bool
    /// The author, in groups.
    package let participant: JID?

    package init(chat: JID, id: String, isFromMe: Bool, participant: JID? = nil) {
        self.chat = chat
        self.id = id
        self.isFromMe = isFromMe
        self.participant = participant
    }

    init?(_ key: WAMessageKey) {
        guard let chat = JID(key.remoteJid), !key.id.isEmpty else { return nil }
        self.init(
            chat: chat, id: key.id, isFromMe: key.fromMe,
            participant: key.hasParticipant ? JID(key.participant) : nil)
    }

    var proto: WAMessageKey {
        .with {
            $0.remoteJid = chat.description
            $0.fromMe = isFromMe
            $0.id = id
            if let participant { $0.participant = participant.description }
        }
    }
}
