/// The one answer each stanza gets. Without it the server stops delivering, with a wrong one
/// it closes the stream. Total: every stanza and outcome has a defined list of answers, empty for those that want none.
package enum Acknowledgement {
    /// What became of a message. Other stanzas need no outcome.
    package enum Outcome: Sendable, Equatable {
        /// Decrypted, or seen before, or nothing in it for us.
        case processed
        /// A chunk of history from our own phone: the ordinary receipt and one of its own.
        case historySync
        /// Not decrypted: ask for it again.
        case retry(RetryRequest)
        /// Not decrypted, and asked for often enough.
        case givenUp
        case refused(Refusal)
        /// Carried no `enc`, and need not (`unavailable`, a channel).
        case nothingForUs
    }

    package enum Refusal: Int, Sendable, CaseIterable {
        case unparsable = 487
        case unknownStanza = 488
        case badProtobuf = 491
        case noMessageSecret = 495
        case oldCounter = 496
        case other = 500
    }

    /// Who answers.
    package struct Device: Sendable, Equatable {
        /// Our own addresses; nil while pairing.
        package let account: LinkedAccount?
        /// Our presence: an available device shows two ticks at once.
        package let isAvailable: Bool

        package init(account: LinkedAccount?, isAvailable: Bool) {
            self.account = account
            self.isAvailable = isAvailable
        }
    }

    /// - Parameter now: seconds since 1970.
    package static func answers(to stanza: Node, _ outcome: Outcome, as device: Device, now: Int64) -> [Node] {
        guard stanza["id"] != nil, stanza.jid("from") != nil else { return [] }
        switch stanza.tag {
        case "message": return message(stanza, outcome, device, now)
        case "receipt": return [ack(stanza, type: stanza["type"])]
        case "notification": return [ack(stanza, type: stanza["type"])]
        case "call": return [ack(stanza, type: stanza["type"])]
        case "iq": return ping(stanza)
        default: return []
        }
    }

    private static func message(_ stanza: Node, _ outcome: Outcome, _ device: Device, _ now: Int64) -> [Node] {
        switch outcome {
        case .processed: [receipt(stanza, type: receiptType(stanza, device))]
        case .historySync:
            [receipt(stanza, type: receiptType(stanza, device))] + historyReceipt(stanza, device)
        case .retry(let request):
            [receipt(stanza, type: "retry", request.children(now: now)), messageAck(stanza, device, error: nil)]
        case .givenUp, .nothingForUs: [messageAck(stanza, device, error: nil)]
        case .refused(let refusal): [messageAck(stanza, device, error: refusal)]
        }
    }

    /// No type shows two grey ticks; the others do not.
    private static func receiptType(_ stanza: Node, _ device: Device) -> String? {
        if stanza["category"] == "peer" { return "peer_msg" }
        let sender = stanza.jid("participant") ?? stanza.jid("from")
        if let sender, device.account?.isOwn(sender) == true { return "sender" }
        return device.isAvailable ? nil : "inactive"
    }

    private static func receipt(_ stanza: Node, type: String?, _ children: [Node] = []) -> Node {
        Node(
            "receipt",
            [
                "id": .optional(stanza["id"]), "to": .optional(stanza.jid("from")),
                "participant": .optional(stanza.jid("participant")),
                "recipient": .optional(stanza.jid("recipient")), "type": .optional(type),
            ], children: children)
    }

    private static func historyReceipt(_ stanza: Node, _ device: Device) -> [Node] {
        guard let account = device.account else { return [] }
        return [
            Node(
                "receipt",
                [
                    "id": .optional(stanza["id"]), "type": "hist_sync", "to": .jid(account.jid.withoutDevice),
                ])
        ]
    }

    private static func messageAck(_ stanza: Node, _ device: Device, error: Refusal?) -> Node {
        var node = ack(stanza, type: nil)
        node.attributes["from"] = .optional(device.account?.jid)
        node.attributes["error"] = .number(error?.rawValue)
        return node
    }

    private static func ack(_ stanza: Node, type: String?) -> Node {
        Node(
            "ack",
            [
                "class": .text(stanza.tag), "id": .optional(stanza["id"]), "to": .optional(stanza.jid("from")),
                "participant": .optional(stanza.jid("participant")),
                "recipient": .optional(stanza.jid("recipient")), "type": .optional(type),
            ])
    }

    /// Queries from the server are answered where their content is understood; only its ping is answered here.
    private static func ping(_ stanza: Node) -> [Node] {
        guard stanza["type"] == "get", stanza["xmlns"] == "urn:xmpp:ping" || stanza.child("ping") != nil else {
            return []
        }
        return [IQ.result(of: stanza)]
    }
}
