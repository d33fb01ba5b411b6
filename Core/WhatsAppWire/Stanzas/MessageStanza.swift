/// A `<message>`, as a client sends it; parsed by a server.
package struct MessageStanza: Sendable, Equatable {
    package struct Recipient: Sendable, Equatable {
        package let device: JID
        package let message: EncryptedMessage

        package init(device: JID, message: EncryptedMessage) {
            self.device = device
            self.message = message
        }
    }

    package var id: String
    package var to: JID
    package var type: String
    /// The recipient's phone number, when `to` is a LID.
    package var peerPhoneNumber: JID?
    /// `lid` or `pn`, copied from the group's info.
    package var addressingMode: String?
    package var deviceHash: String?
    package var edit: String?
    package var mediaType: String?
    package var hidesFailure = false
    package var pollType: String?
    package var recipients: [Recipient]
    /// For groups: the message under our sender key.
    package var groupMessage: EncryptedMessage?
    /// `LinkedAccount.signedIdentity`; written only when some recipient gets a `pkmsg`.
    package var deviceIdentity: [UInt8]?
    package var privacyToken: [UInt8]?

    package init(id: String, to: JID, message: OutgoingMessage, recipients: [Recipient]) {
        self.id = id
        self.to = to
        type = message.type
        edit = message.edit
        mediaType = message.mediaType
        hidesFailure = message.hidesFailure
        pollType = message.pollType
        self.recipients = recipients
    }

    package var node: Node {
        let listed = recipients.map { Node("to", ["jid": .jid($0.device)], children: [encNode($0.message)]) }
        var children: [Node] = listed.isEmpty ? [] : [Node("participants", children: listed)]
        if let groupMessage { children.append(encNode(groupMessage)) }
        if let deviceIdentity, recipients.contains(where: { $0.message.kind == .preKeyMessage }) {
            children.append(Node("device-identity", bytes: deviceIdentity))
        }
        if let pollType { children.append(Node("meta", ["polltype": .text(pollType)])) }
        if let privacyToken { children.append(Node("tctoken", bytes: privacyToken)) }
        return Node(
            "message",
            [
                "id": .text(id), "type": .text(type), "to": .jid(to), "peer_recipient_pn": .optional(peerPhoneNumber),
                "addressing_mode": .optional(addressingMode), "phash": .optional(deviceHash),
                "edit": .optional(edit),
            ], children: children)
    }

    private func encNode(_ message: EncryptedMessage) -> Node {
        Node(
            "enc",
            [
                "v": "2", "type": .text(message.kind.rawValue), "mediatype": .optional(mediaType),
                "decrypt-fail": hidesFailure ? "hide" : nil,
            ], bytes: message.bytes)
    }

    package init(_ node: Node) throws(StanzaError) {
        guard node.tag == "message", let id = node["id"] else { throw StanzaError("message.id") }
        guard let to = node.jid("to") else { throw StanzaError("message.to") }
        self.id = id
        self.to = to
        type = node["type"] ?? "text"
        peerPhoneNumber = node.jid("peer_recipient_pn")
        addressingMode = node["addressing_mode"]
        deviceHash = node["phash"]
        edit = node["edit"]
        var recipients: [Recipient] = []
        for child in node.child("participants")?.children("to") ?? [] {
            guard let device = child.jid("jid"), let enc = child.child("enc").flatMap(EncryptedMessage.init) else {
                throw StanzaError("message.participants.to")
            }
            recipients.append(Recipient(device: device, message: enc))
        }
        self.recipients = recipients
        let enc = node.child("enc")
        groupMessage = enc.flatMap(EncryptedMessage.init)
        let first = enc ?? node.child("participants")?.child("to")?.child("enc")
        mediaType = first?["mediatype"]
        hidesFailure = first?["decrypt-fail"] == "hide"
        pollType = node.child("meta")?["polltype"]
        deviceIdentity = node.bytes(of: "device-identity")
        privacyToken = node.bytes(of: "tctoken")
    }
}

extension EncryptedMessage {
    /// An `<enc>` of version 2.
    package init?(_ node: Node) {
        guard node.tag == "enc", node["v"] == "2", let kind = node["type"].flatMap(Kind.init),
            let bytes = node.bytes, !bytes.isEmpty
        else { return nil }
        self.init(kind: kind, bytes: bytes)
    }
}
