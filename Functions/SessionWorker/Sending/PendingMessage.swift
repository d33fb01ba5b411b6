import Domain
import FoundationEssentials
import Store
import WhatsAppWire

/// A message to be sent: what it says, under which id, to whom, for which row.
struct PendingMessage: Sendable {
    let message: OutgoingMessage
    /// Chosen beforehand; the server shows a repeat of it once.
    let id: String
    /// The chat, as the road knows it.
    let chat: JID
    /// Our row; `nil` for what has none.
    let row: Domain.MessageID?

    /// Kept for devices that ask for it again.
    var copy: SentCopy {
        SentCopy(
            messageID: id, chat: chat.description, type: message.type, mediaType: message.mediaType,
            edit: message.edit, hidesFailure: message.hidesFailure, pollType: message.pollType,
            content: message.content)
    }
}

extension OutgoingMessage {
    init(_ copy: SentCopy) {
        self.init(content: copy.content, type: copy.type, mediaType: copy.mediaType, edit: copy.edit)
        hidesFailure = copy.hidesFailure
        pollType = copy.pollType
    }
}

/// Why a message can't be sent at all.
enum SendError: Error, Sendable, Equatable, CustomStringConvertible {
    case noDevice
    case notConnected
    /// The group takes messages of admins only.
    case announcementsOnly

    var description: String {
        switch self {
        case .noDevice: "this person can't be reached on WhatsApp"
        case .notConnected: "the line is not connected"
        case .announcementsOnly: "only admins may write in this group"
        }
    }
}
