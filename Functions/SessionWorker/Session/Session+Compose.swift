import Conversation
import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import WhatsAppWire

/// A row of the outbox in WhatsApp's words.
extension Session {
    func outgoing(_ draft: ChannelDraft, to chat: JID) async throws -> OutgoingMessage {
        if let target = draft.content?.reactionTo {
            return .reaction(draft.body, to: try await key(of: target, in: chat), milliseconds: seconds * 1000)
        }
        if let target = draft.content?.editOf {
            return .edit(try await key(of: target, in: chat), text: draft.body, milliseconds: seconds * 1000)
        }
        if let poll = draft.content?.poll { return try await self.poll(poll, draft) }
        if let file = draft.media.first { return try await media(file, draft) }
        return .text(draft.body, context: try await context(draft, in: chat))
    }

    private func key(of target: Domain.MessageID, in chat: JID) async throws -> MessageKey {
        guard let row = try await read([.reference(to: target, on: line)])[0].first else {
            throw ComposeError.unknownMessage
        }
        return MessageKey(
            chat: chat, id: try row["provider_message_id"], isFromMe: try row["direction"] == "outbound")
    }

    private func context(_ draft: ChannelDraft, in chat: JID) async throws -> OutgoingMessage.Context {
        guard let target = draft.content?.quoteOf, !chat.isGroup,
            let row = try await read([.reference(to: target, on: line)])[0].first
        else { return .init() }
        let isOurs: Bool = try row["direction"] == "outbound"
        let author = isOurs ? account?.lid ?? account?.jid ?? chat : chat
        let content = OutgoingMessage.text(try row["body"]).content
        return .init(quote: .init(id: try row["provider_message_id"], author: author, content: content))
    }

    /// The secret is kept, to read the votes.
    private func poll(_ poll: MessageContent.Poll, _ draft: ChannelDraft) async throws -> OutgoingMessage {
        let id = providerID(of: draft)
        let key = LineKey(.poll, id)
        if let stored = try keys.opened(try await read([keys.load([key])])[0])[key],
            let kept = try? JSONDecoder().decode(KeptPoll.self, from: Data(stored))
        {
            return .poll(draft.body, options: kept.options, selectable: poll.selectable, secret: kept.secret)
        }
        let kept = KeptPoll(options: poll.options, secret: environment.randomness.bytes(32))
        try await commit(try keys.store([key: Array(try JSONEncoder().encode(kept))], at: now))
        return .poll(draft.body, options: poll.options, selectable: poll.selectable, secret: kept.secret)
    }

    struct KeptPoll: Codable, Sendable {
        let options: [String]
        let secret: [UInt8]
    }

    /// The chosen options' names, one per line; `nil` when it is no vote on a poll of ours.
    func choice(in poll: MessageKey, _ payload: [UInt8], _ nonce: [UInt8], _ place: Place) async throws -> String? {
        let key = LineKey(.poll, poll.id)
        guard let stored = try keys.opened(try await read([keys.load([key])])[0])[key],
            let kept = try? JSONDecoder().decode(KeptPoll.self, from: Data(stored))
        else { return nil }
        let voter = place.sender.withoutDevice
        let voters = [voter, people.canonical(voter), people.phoneNumber(of: voter)].compactMap(\.self)
        for creator in ownAddresses {
            for voter in voters {
                let context = PollVote.Context(secret: kept.secret, pollID: poll.id, creator: creator, voter: voter)
                guard let vote = try? PollVote(decrypting: payload, nonce: nonce, in: context) else { continue }
                let names = kept.options.filter { vote.options.contains(PollVote.hash(ofOption: $0)) }
                return names.isEmpty ? "(no option)" : names.joined(separator: "\n")
            }
        }
        return nil
    }

    private func media(_ file: Domain.MediaReference, _ draft: ChannelDraft) async throws -> OutgoingMessage {
        var reference = try await upload(
            try await bytes(of: file), kind: draft.type.mediaKind, mimeType: file.contentType)
        reference.caption = draft.body.isEmpty ? nil : draft.body
        reference.fileName = draft.content?.filename
        reference.isVoiceNote = file.contentType.hasPrefix("audio/ogg")
        guard let message = OutgoingMessage.media(reference, timestamp: seconds) else { throw ComposeError.notSendable }
        return message
    }

    private func bytes(of file: Domain.MediaReference) async throws -> [UInt8] {
        if let id = file.upload {
            let uploads = UploadStore(database: environment.database)
            guard let upload = try await uploads.read(id, of: line.organization, at: now) else {
                throw FileError.notFound
            }
            return [UInt8](upload.bytes)
        }
        let response = try await environment.http.send(
            OutboundRequest(
                method: "GET", url: file.url, timeout: 60, maximumResponse: Self.mostBytes, redirects: 3))
        guard response.status == 200, !response.body.isEmpty else { throw FileError.notFound }
        return response.body
    }

    /// The id a message leaves under, the same at every try: made of our own row's id, so that it needs no storing before.
    func providerID(of draft: ChannelDraft) -> String {
        if let known = draft.providerMessageID { return known }
        let digits = draft.id.text.replacing("-", with: "").uppercased()
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
