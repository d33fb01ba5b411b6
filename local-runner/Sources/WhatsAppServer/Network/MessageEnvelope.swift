import WhatsAppWire

/// What the server may know about a message: everything but its content.
struct MessageEnvelope {
    let id: String
    let sender: DeviceReference
    let chat: Chat
    let type: String
    var mediaType: String?
    var edit: String?
    var hidesFailure = false
    var pollType: String?
    /// `peer`: between the devices of one account, not for people.
    var category: String?
    /// How often it was sent before.
    var retryCount = 0
    var deviceIdentity: [UInt8]?
    /// The sender named the recipient by a LID.
    var isLID = true

    init(
        id: String, sender: DeviceReference, chat: Chat, type: String, mediaType: String? = nil, edit: String? = nil,
        hidesFailure: Bool = false, pollType: String? = nil, retryCount: Int = 0
    ) {
        self.id = id
        self.sender = sender
        self.chat = chat
        self.type = type
        self.mediaType = mediaType
        self.edit = edit
        self.hidesFailure = hidesFailure
        self.pollType = pollType
        self.retryCount = retryCount
    }

    /// As a client wrote it.
    init(_ stanza: MessageStanza, from sender: DeviceReference, chat: Chat) {
        self.init(
            id: stanza.id, sender: sender, chat: chat, type: stanza.type, mediaType: stanza.mediaType,
            edit: stanza.edit, hidesFailure: stanza.hidesFailure, pollType: stanza.pollType)
        deviceIdentity = stanza.deviceIdentity
        isLID = stanza.to.isGroup ? stanza.addressingMode == "lid" : stanza.to.isHiddenUser
    }

    /// The stanza for a linked device.
    @ServerLoop func node(_ encrypted: [EncryptedMessage], to receiver: DeviceReference, now: Int64) -> Node {
        var attributes = addresses(receiver)
        attributes["id"] = .text(id)
        attributes["t"] = .number(now)
        attributes["type"] = .text(type)
        attributes["edit"] = .optional(edit)
        attributes["category"] = .optional(category)
        attributes["notify"] = .optional(sender.person.name)
        var children = encrypted.map { part in
            Node(
                "enc",
                [
                    "v": "2", "type": .text(part.kind.rawValue), "mediatype": .optional(mediaType),
                    "decrypt-fail": hidesFailure ? "hide" : nil, "count": .number(retryCount > 0 ? retryCount : nil),
                ], bytes: part.bytes)
        }
        if let deviceIdentity { children.append(Node("device-identity", bytes: deviceIdentity)) }
        if let pollType { children.append(Node("meta", ["polltype": .text(pollType)])) }
        return Node("message", attributes, children: children)
    }

    @ServerLoop private func addresses(_ receiver: DeviceReference) -> Attributes {
        let person = sender.person
        if let group = chat.group {
            let alternate = group.alternateName(of: person)
            return [
                "from": .jid(group.jid), "participant": .jid(group.name(of: person).with(device: sender.number)),
                alternate.isHiddenUser ? "participant_lid" : "participant_pn": .jid(alternate),
                "addressing_mode": group.namesHiddenUsers ? "lid" : "pn",
            ]
        }
        if person === receiver.person {
            return [
                "from": .jid(person.jid(like: chat.jid).with(device: sender.number)),
                "recipient": category == "peer" ? nil : .jid(chat.jid),
            ]
        }
        return [
            "from": .jid(sender.jid),
            person.appearance == .hiddenUser ? "sender_pn" : "sender_lid": .optional(person.alternate),
        ]
    }

    /// The stanza that tells the sender's device what became of it.
    @ServerLoop func receipt(_ type: String?, from speaker: SimulatedDevice, _ children: [Node], now: Int64) -> Node {
        var attributes: Attributes = ["id": .text(id), "t": .number(now), "type": .optional(type)]
        if let group = chat.group {
            attributes["from"] = .jid(group.jid)
            attributes["participant"] = .jid(group.name(of: speaker.person).with(device: speaker.number))
        } else {
            let name = isLID ? speaker.person.hiddenJID : speaker.person.phoneNumberJID
            attributes["from"] = .jid(name.with(device: speaker.number))
            // Our own phone speaks about a chat with somebody else.
            if speaker.person === sender.person { attributes["recipient"] = .jid(chat.jid) }
        }
        return Node("receipt", attributes, children: children)
    }
}
