/// A `<message>`, as a client receives it.
package struct IncomingMessage: Sendable, Equatable {
    package let id: String
    /// Where it belongs: the group, or the person; for messages of our own other devices whom they wrote to.
    package let chat: JID
    /// Who wrote it, with the device.
    package let sender: JID
    package let isFromMe: Bool
    /// Seconds since 1970.
    package let timestamp: Int64
    package let type: String?
    package let pushName: String?
    package let category: String?
    package let edit: String?
    /// From the queue of messages that came while we were away.
    package let isOffline: Bool
    /// The sender's other address: LID for a phone number and the other way round.
    package let senderAlternate: JID?
    package let encrypted: [EncryptedMessage]
    /// Some `enc` had a version or type that we don't know.
    package let hasUnknownEncryption: Bool
    /// How often the sender has sent it again.
    package let retryCount: Int
    package let deviceIdentity: [UInt8]?
    /// Nothing for this device: `view_once`, or a message to be asked of the phone.
    package let unavailable: String?
    package let verifiedName: [UInt8]?
    /// Everything the stanza says about who is who. Store before decrypting.
    package let pairs: [LIDPair]

    package var isGroup: Bool { chat.isGroup }

    /// What becomes of it when there is nothing to open; nil when there is. Only channels and status posts may come
    /// unencrypted: in a chat it would be anybody's word.
    package var unopened: Acknowledgement.Outcome? {
        guard encrypted.isEmpty else { return nil }
        if hasUnknownEncryption { return .refused(.unparsable) }
        return unavailable == nil && (chat.isUser || chat.isGroup) ? .refused(.unknownStanza) : .nothingForUs
    }

    package init(_ node: Node, account: LinkedAccount) throws(StanzaError) {
        guard node.tag == "message", let id = node["id"] else { throw StanzaError("message.id") }
        guard let from = node.jid("from") else { throw StanzaError("message.from") }
        self.id = id
        let isShared = from.isGroup || from.server == .broadcast
        guard let sender = isShared ? node.jid("participant") : from else {
            throw StanzaError("message.participant")
        }
        self.sender = sender
        isFromMe = account.isOwn(sender)
        chat = isShared ? from : isFromMe ? (node.jid("recipient") ?? from).withoutDevice : from.withoutDevice
        timestamp = node.integer("t") ?? 0
        type = node["type"]
        pushName = node["notify"]
        category = node["category"]
        edit = node["edit"]
        isOffline = node["offline"] != nil
        senderAlternate =
            (["sender_lid", "sender_pn", "participant_lid", "participant_pn"].lazy
            .compactMap { node.jid($0) }).first { $0.isHiddenUser != sender.isHiddenUser }
        let parts = node.children("enc")
        encrypted = parts.compactMap(EncryptedMessage.init)
        hasUnknownEncryption = encrypted.count < parts.count
        retryCount = parts.compactMap { $0.integer("count") }.max() ?? 0
        deviceIdentity = node.bytes(of: "device-identity")
        unavailable = node.child("unavailable").map { $0["type"] ?? "" }
        verifiedName = node.bytes(of: "verified_name")
        pairs = Self.pairs(node, from: from, sender: sender)
    }

    private static func pairs(_ node: Node, from: JID, sender: JID) -> [LIDPair] {
        let recipient = node.jid("recipient")
        let candidates = [
            LIDPair(sender, node.jid("sender_lid")), LIDPair(sender, node.jid("sender_pn")),
            LIDPair(sender, node.jid("participant_lid")), LIDPair(sender, node.jid("participant_pn")),
            LIDPair(recipient, node.jid("recipient_lid")), LIDPair(recipient, node.jid("recipient_pn")),
            LIDPair(recipient, node.jid("peer_recipient_lid")), LIDPair(recipient, node.jid("peer_recipient_pn")),
        ]
        return Array(Set(candidates.compactMap(\.self)))
    }
}

/// A message on its way to one device, as a server of our own passes it on.
package enum Delivery {
    package struct Envelope: Sendable {
        package let id: String
        package let from: JID
        package let participant: JID?
        package let recipient: JID?
        package let timestamp: Int64

        package init(id: String, from: JID, participant: JID? = nil, recipient: JID? = nil, timestamp: Int64) {
            self.id = id
            self.from = from
            self.participant = participant
            self.recipient = recipient
            self.timestamp = timestamp
        }
    }

    /// - Parameter extra: further attributes, such as `sender_lid`, `notify` or `offline`.
    package static func node(
        _ envelope: Envelope, type: String = "text", encrypted: [EncryptedMessage], deviceIdentity: [UInt8]? = nil,
        extra: Attributes = [:]
    ) -> Node {
        var attributes: Attributes = [
            "from": .jid(envelope.from), "id": .text(envelope.id), "t": .number(envelope.timestamp),
            "type": .text(type), "participant": .optional(envelope.participant),
            "recipient": .optional(envelope.recipient),
        ]
        for (key, value) in extra.pairs { attributes[key] = value }
        var children = encrypted.map {
            Node("enc", ["v": "2", "type": .text($0.kind.rawValue)], bytes: $0.bytes)
        }
        if let deviceIdentity { children.append(Node("device-identity", bytes: deviceIdentity)) }
        return Node("message", attributes, children: children)
    }

    /// The server's word that it has a message.
    package static func acknowledge(_ message: MessageStanza, now: Int64, error: Int? = nil, deviceHash: String? = nil)
        -> Node
    {
        Node(
            "ack",
            [
                "class": "message", "id": .text(message.id), "from": .jid(message.to), "t": .number(now),
                "error": .number(error), "phash": .optional(deviceHash),
            ])
    }
}
