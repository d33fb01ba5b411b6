import Cryptography
import WhatsAppWire

/// What simulated people do.
extension Network {
    /// A simulated device writes; every linked device of the chat gets its own copy.
    /// - Returns: the message's id.
    @discardableResult
    func write(
        _ message: OutgoingMessage, from sender: SimulatedDevice, to chat: Chat, under chosen: String? = nil
    ) throws -> String {
        let id = chosen ?? "3A" + random.hex(9)
        sender.sent[id] = .init(message: message, chat: chat)
        let envelope = MessageEnvelope(
            id: id, sender: sender.reference, chat: chat, type: message.type, mediaType: message.mediaType,
            edit: message.edit, hidesFailure: message.hidesFailure, pollType: message.pollType)
        note(envelope, message)
        if case .person(let person) = chat { remember(envelope, message, with: person) }
        switch chat {
        case .person(let person): try write(message, envelope, from: sender, to: person)
        case .group(let group): try write(message, envelope, from: sender, to: group)
        }
        return id
    }

    private func write(
        _ message: OutgoingMessage, _ envelope: MessageEnvelope, from sender: SimulatedDevice, to person: Person
    )
        throws
    {
        for device in devices(of: person) where device.linked != nil {
            deliver(envelope, [try sender.encrypt(message.content, for: device, in: self)], to: device)
        }
        guard sender.person !== person else { return }
        for device in devices(of: sender.person) where device.linked != nil {
            let copy = message.content(forOwnDevicesIn: envelope.chat.jid)
            deliver(envelope, [try sender.encrypt(copy, for: device, in: self)], to: device)
        }
        giveToken(from: sender.person, to: person)
    }

    private func write(
        _ message: OutgoingMessage, _ envelope: MessageEnvelope, from sender: SimulatedDevice, to group: Group
    )
        throws
    {
        let members = devices(of: group, besides: sender.reference).filter { $0.linked != nil }
        let (shared, keys) = try sender.encrypt(message.content, group: group, members: members, in: self)
        for member in members {
            let own = keys.first { device($0.device)?.address == member.address }
            deliver(envelope, [own?.message, shared].compactMap(\.self), to: member)
        }
    }

    /// On both phones.
    private func remember(_ envelope: MessageEnvelope, _ message: OutgoingMessage, with receiver: Person) {
        let author = envelope.sender.person
        for (owner, other) in [(author, receiver), (receiver, author)] {
            let isOwn = owner === author
            owner.remember(
                .init(
                    key: MessageKey(chat: other.jid, id: envelope.id, isFromMe: isOwn), timestamp: now(),
                    pushName: isOwn ? nil : author.name, content: message.content))
        }
    }

    private func note(_ envelope: MessageEnvelope, _ message: OutgoingMessage) {
        var event = ServerEvent(.sent)
        if case .person(let person) = envelope.chat { event.account = person.number }
        event.person = envelope.sender.person.number
        event.personDevice = envelope.sender.number
        event.group = envelope.chat.group?.jid.description
        event.id = envelope.id
        if let content = try? ReceivedMessage(message.content) { event.describe(content) }
        events.note(event)
    }

    /// Whoever writes first lets the other answer.
    private func giveToken(from person: Person, to line: Person) {
        guard !line.linked.isEmpty, person.tokensGivenTo.insert(line.number).inserted else { return }
        let token = Node(
            "token", ["type": "trusted_contact", "t": .number(now())], bytes: random.bytes(16))
        for device in line.linked.values {
            notify(
                device, type: "privacy_token", from: person.jid, [Node("tokens", children: [token])],
                extra: ["sender_lid": person.appearance == .phoneNumber ? nil : .jid(person.hiddenJID)])
        }
    }

    // MARK: Files

    /// Encrypts and uploads, as a phone does before it sends.
    func upload(_ file: [UInt8], kind: MediaKind, mimeType: String) throws -> EncryptedMedia {
        let key = random.bytes(32)
        let (bytes, digest) = try MediaEncryptor.encrypt(file, mediaKey: key, kind: kind)
        return EncryptedMedia(
            kind: kind, mimeType: mimeType, directPath: media.keep(bytes), mediaKey: key, digest: digest)
    }

    /// Downloads and opens what a message points to.
    func open(_ reference: EncryptedMedia) -> [UInt8]? {
        guard let file = media.file(path: reference.directPath) else { return nil }
        return try? MediaDecryptor.decrypt(
            file, mediaKey: reference.mediaKey, kind: reference.kind, digest: reference.digest)
    }

    func fetch(_ reference: EncryptedMedia) -> ServerEvent.File {
        let plain = open(reference)
        let sum = plain.map { Digest.sha256($0).hex }
        return ServerEvent.File(
            kind: reference.stanzaType, mimeType: reference.mimeType, size: plain?.count ?? reference.digest.length,
            sha256: sum ?? "", name: reference.fileName)
    }
}
