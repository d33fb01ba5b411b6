import WhatsAppWire

extension Network {
    /// Writes a draft, on the phone of its author.
    @discardableResult
    func write(_ draft: Draft, from sender: SimulatedDevice, to chat: Chat) throws -> String {
        if let poll = draft.poll { return try write(poll, from: sender, to: chat) }
        return try write(message(draft, from: sender, in: chat), from: sender, to: chat)
    }

    private func message(_ draft: Draft, from sender: SimulatedDevice, in chat: Chat) throws -> OutgoingMessage {
        func key(_ id: String, isOwn: Bool) -> MessageKey { MessageKey(chat: chat.jid, id: id, isFromMe: isOwn) }
        let milliseconds = now() * 1000
        if let text = draft.text { return .text(text) }
        if let file = draft.file { return try message(file) }
        if let reaction = draft.reaction {
            let isOwn = sender.sent[reaction.id] != nil
            return .reaction(reaction.text, to: key(reaction.id, isOwn: isOwn), milliseconds: milliseconds)
        }
        if let vote = draft.vote { return try message(vote, from: sender, key: key(vote.id, isOwn: false)) }
        if let edit = draft.edit {
            return .edit(key(edit.id, isOwn: true), text: edit.text, milliseconds: milliseconds)
        }
        if let id = draft.revoke { return .revoke(key(id, isOwn: true)) }
        if let place = draft.location {
            return .location(.init(latitude: place.latitude, longitude: place.longitude, name: place.name))
        }
        throw ActionError("write a text, a file, a reaction, a poll, a vote, an edit, a revocation or a location")
    }

    private func message(_ file: Draft.File) throws -> OutgoingMessage {
        guard let kind = MediaKind(rawValue: file.kind) else {
            throw ActionError("there are no files of kind \(file.kind)")
        }
        guard !file.data.isEmpty, file.data.count <= media.fileLimit else {
            throw ActionError("a file has 1 to \(media.fileLimit) bytes")
        }
        var reference = try upload(Array(file.data), kind: kind, mimeType: file.mimeType)
        reference.caption = file.caption
        reference.fileName = file.fileName
        reference.isVoiceNote = kind == .audio && file.mimeType.contains("ogg")
        guard let message = OutgoingMessage.media(reference, timestamp: now()) else {
            throw ActionError("files of kind \(file.kind) are not sent")
        }
        return message
    }

    // MARK: Polls

    private func write(_ poll: Draft.Poll, from sender: SimulatedDevice, to chat: Chat) throws -> String {
        guard (2...12).contains(poll.options.count) else { throw ActionError("a poll has 2 to 12 options") }
        let secret = random.bytes(32)
        let message = OutgoingMessage.poll(
            poll.name, options: poll.options, selectable: poll.selectable ?? 1, secret: secret)
        let id = try write(message, from: sender, to: chat)
        let isLID = chat.group?.namesHiddenUsers ?? (sender.person.appearance == .hiddenUser)
        sender.polls[id] = .init(
            secret: secret, options: poll.options, creator: sender.person, chat: chat, isLID: isLID)
        return id
    }

    private func message(_ vote: Draft.Vote, from sender: SimulatedDevice, key: MessageKey) throws -> OutgoingMessage {
        guard let poll = sender.polls[vote.id] else { throw ActionError("there is no poll \(vote.id) on this phone") }
        let unknown = vote.options.filter { !poll.options.contains($0) }
        guard unknown.isEmpty else { throw ActionError("the poll has no option \(unknown.joined(separator: ", "))") }
        let nonce = random.bytes(12)
        let payload = try PollVote(options: vote.options.map(PollVote.hash(ofOption:)))
            .encrypted(in: poll.context(id: vote.id, voter: sender.person), nonce: nonce)
        let chat = MessageKey(chat: key.chat, id: key.id, isFromMe: poll.creator === sender.person)
        return .vote(payload, nonce: nonce, on: chat, milliseconds: now() * 1000)
    }
}
