import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A row of the outbox in WhatsApp's words.
struct MessageComposer: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let polls: PollSecrets
    let files: OutgoingFiles
    let media: MediaTransfer
    let room: FileRoom

    func message(_ draft: ChannelDraft, to chat: JID) async throws -> OutgoingMessage {
        if let target = draft.content?.reactionTo {
            return .reaction(
                draft.body, to: try await key(of: target, in: chat), milliseconds: Stanzas.secondsNow * 1000)
        }
        if let target = draft.content?.editOf {
            return .edit(
                try await key(of: target, in: chat), text: draft.body, milliseconds: Stanzas.secondsNow * 1000)
        }
        if let poll = draft.content?.poll {
            let kept = try await polls.secret(of: poll, id: draft.stanzaID)
            return .poll(draft.body, options: kept.options, selectable: poll.selectable, secret: kept.secret)
        }
        if let file = draft.media.first { return try await message(file, draft) }
        return .text(draft.body, context: try await context(draft, in: chat))
    }

    private func key(of target: Domain.MessageID, in chat: JID) async throws -> MessageKey {
        guard let row = try await reference(target) else { throw ComposeError.unknownMessage }
        return MessageKey(
            chat: chat, id: try row["provider_message_id"], isFromMe: try row["direction"] == "outbound")
    }

    private func reference(_ target: Domain.MessageID) async throws -> Row? {
        try await database.read([.reference(to: target, on: database.line)])[0].first
    }

    private func context(_ draft: ChannelDraft, in chat: JID) async throws -> OutgoingMessage.Context {
        guard let target = draft.content?.quoteOf, !chat.isGroup, let row = try await reference(target) else {
            return .init()
        }
        let isOurs: Bool = try row["direction"] == "outbound"
        let author = isOurs ? own.preferredAddress ?? chat : chat
        let content = OutgoingMessage.text(try row["body"]).content
        return .init(quote: .init(id: try row["provider_message_id"], author: author, content: content))
    }

    private func message(_ file: Domain.MediaReference, _ draft: ChannelDraft) async throws -> OutgoingMessage {
        var reference = try await room.during(OutgoingFiles.most(file)) {
            try await media.upload(draft.type.mediaKind, mimeType: file.contentType) {
                try await files.read(file, into: $0)
            }
        }
        reference.caption = draft.body.isEmpty ? nil : draft.body
        reference.fileName = draft.content?.filename
        reference.isVoiceNote = file.contentType.hasPrefix("audio/ogg")
        guard let message = OutgoingMessage.media(reference, timestamp: Stanzas.secondsNow) else {
            throw ComposeError.notSendable
        }
        return message
    }
}

extension ChannelDraft {
    /// The id a message leaves under, the same at every try: made of our own row's id, so that it needs no storing before.
    var stanzaID: String {
        if let known = providerMessageID { return known }
        let digits = id.text.replacing("-", with: "").uppercased()
        // 18 digits after the prefix, as WhatsApp Web's: the version 7 id's random end.
        return "3EB0" + digits.suffix(18)
    }
}

enum ComposeError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownMessage
    case notSendable

    var description: String {
        switch self {
        case .unknownMessage: "the message it refers to is not known on this line"
        case .notSendable: "this kind of message can't be sent"
        }
    }
}

extension MessageType {
    fileprivate var mediaKind: MediaKind {
        switch self {
        case .image: .image
        case .video: .video
        case .audio: .audio
        case .sticker: .sticker
        default: .document
        }
    }
}
