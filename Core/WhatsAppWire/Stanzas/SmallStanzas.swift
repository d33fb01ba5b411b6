/// The short ones, that need no type of their own.
package enum Stanzas {
    // MARK: Around login

    /// Ends the passive state after login.
    package static func activate(id: String) -> Node {
        IQ.set(id: id, xmlns: "passive", [Node("active")])
    }

    /// Also the answer to nothing heard for a while. Send every 15 to 30 seconds; 20 seconds without any answer are death.
    package static func keepAlive(id: String) -> Node {
        IQ.get(id: id, xmlns: "w:p", [Node("ping")])
    }

    /// Asks for the next part of the offline queue.
    package static func offlineBatch(_ count: Int) -> Node {
        Node("ib", children: [Node("offline_batch", ["count": .number(count)])])
    }

    package static func clean(id: String, dirty: Node) -> Node {
        let clean = Node(
            "clean", ["type": .optional(dirty["type"]), "timestamp": .optional(dirty["timestamp"])])
        return IQ.set(id: id, xmlns: "urn:xmpp:whatsapp:dirty", [clean])
    }

    /// Unlinks this device. Wait for the result, close, wipe.
    package static func logout(id: String, device: JID) -> Node {
        IQ.set(
            id: id, xmlns: "md",
            [Node("remove-companion-device", ["jid": .jid(device), "reason": "user_initiated"])])
    }

    // MARK: Presence

    package static func presence(isAvailable: Bool, name: String?) -> Node {
        Node("presence", ["type": isAvailable ? "available" : "unavailable", "name": .optional(name)])
    }

    package static func typing(in chat: JID, isTyping: Bool, isVoice: Bool = false) -> Node {
        let state =
            isTyping ? Node("composing", ["media": isVoice ? "audio" : nil]) : Node("paused")
        return Node("chatstate", ["to": .jid(chat)], children: [state])
    }

    // MARK: Privacy tokens

    /// Once per bucket of 604,800 s, after writing to somebody.
    package static func issuePrivacyToken(to user: JID, id: String, now: Int64) -> Node {
        let token = Node(
            "token", ["jid": .jid(user.withoutDevice), "t": .number(now), "type": "trusted_contact"])
        return IQ.set(id: id, xmlns: "privacy", [Node("tokens", children: [token])])
    }
}

/// `<success>`: logged in.
package struct Success: Sendable, Equatable {
    /// Seconds since 1970: the server's clock.
    package let timestamp: Int64
    /// Our own hidden id.
    package let lid: JID?

    package init?(_ node: Node) {
        guard node.tag == "success" else { return nil }
        timestamp = node.integer("t") ?? 0
        lid = node.jid("lid")
    }

    package static func node(lid: JID?, now: Int64) -> Node {
        Node("success", ["t": .number(now), "lid": .optional(lid), "props": "27", "creation": .number(now)])
    }
}

/// `<ib>`: hints from the server.
package enum Hint: Sendable, Equatable {
    /// So many stanzas are waiting.
    case offlinePreview(count: Int)
    /// The queue is empty.
    case offlineDone(count: Int)
    /// Store, and send in front of the next connection.
    case routing([UInt8])
    /// Answer with `Stanzas.clean`.
    case dirty(Node)
    /// The phone does not support linked devices.
    case downgrade
    case other(String)

    package static func parse(_ node: Node) -> [Hint] {
        guard node.tag == "ib" else { return [] }
        return node.children.map { child in
            switch child.tag {
            case "offline_preview": .offlinePreview(count: child.integer("count") ?? 0)
            case "offline": .offlineDone(count: child.integer("count") ?? 0)
            case "edge_routing": .routing(Array((child.bytes(of: "routing_info") ?? []).prefix(4096)))
            case "dirty": .dirty(child)
            case "downgrade_webclient": .downgrade
            default: .other(child.tag)
            }
        }
    }
}
