/// Queries about people: their devices, their hidden ids, whether they use WhatsApp (protocol sheet, section 13).
package enum Usync {
    package struct Device: Sendable, Equatable {
        package let number: UInt16
        package let keyIndex: Int?
        package let isHosted: Bool

        package init(number: UInt16, keyIndex: Int? = nil, isHosted: Bool = false) {
            self.number = number
            self.keyIndex = keyIndex
            self.isHosted = isHosted
        }
    }

    package struct User: Sendable, Equatable {
        package let jid: JID
        package let lid: JID?
        /// nil when devices were not asked for.
        package let devices: [Device]?
        /// The answer to a `contact` query.
        package let isOnWhatsApp: Bool?

        package init(jid: JID, lid: JID? = nil, devices: [Device]? = nil, isOnWhatsApp: Bool? = nil) {
            self.jid = jid
            self.lid = lid
            self.devices = devices
            self.isOnWhatsApp = isOnWhatsApp
        }

        package var pair: LIDPair? { LIDPair(jid, lid) }

        /// Where to send: under the JID that was asked for. Companions without a key index are not set up yet.
        package func addresses() -> [JID] {
            (devices ?? []).filter { $0.number == 0 || $0.keyIndex != nil }.map { jid.with(device: $0.number) }
        }
    }

    private static let maximumDevices = 64

    /// - Parameter sessionID: any id; the reply repeats it.
    package static func devices(of users: [JID], id: String, sessionID: String) -> Node {
        query(
            [Node("devices", ["version": "2"]), Node("lid")],
            users: users.map { Node("user", ["jid": .jid($0.withoutDevice)]) }, id: id, sessionID: sessionID,
            context: "message")
    }

    /// - Parameter numbers: `+15551234567`.
    package static func areOnWhatsApp(_ numbers: [String], id: String, sessionID: String) -> Node {
        let users = numbers.map { Node("user", children: [Node("contact", bytes: Array($0.utf8))]) }
        return query(
            [Node("contact"), Node("lid")], users: users, id: id, sessionID: sessionID, context: "interactive")
    }

    private static func query(
        _ kinds: [Node], users: [Node], id: String, sessionID: String, context: String
    ) -> Node {
        let usync = Node(
            "usync",
            [
                "sid": .text(sessionID), "mode": "query", "last": "true", "index": "0", "context": .text(context),
            ], children: [Node("query", children: kinds), Node("list", children: users)])
        return IQ.get(id: id, xmlns: "usync", [usync])
    }

    package struct Request: Sendable, Equatable {
        package let kinds: Set<String>
        package let users: [JID]
        package let numbers: [String]

        package init?(_ iq: Node) {
            guard let usync = iq.child("usync") else { return nil }
            kinds = Set(usync.child("query")?.children.map(\.tag) ?? [])
            let listed = usync.child("list")?.children("user") ?? []
            users = listed.compactMap { $0.jid("jid") }
            numbers = listed.compactMap { $0.child("contact")?.text }
        }
    }

    package static func parse(_ reply: Node) -> [User] {
        (reply.child("usync")?.child("list")?.children("user") ?? []).compactMap { node in
            guard let jid = node.jid("jid") else { return nil }
            let list = node.child("devices")?.child("device-list")
            return User(
                jid: jid, lid: node.child("lid")?.jid("val"),
                devices: list?.children("device").prefix(maximumDevices).compactMap(Device.init),
                isOnWhatsApp: node.child("contact").map { $0["type"] == "in" })
        }
    }

    package static func reply(to iq: Node, _ users: [User]) -> Node {
        let list = users.map { user in
            var children: [Node] = []
            if let devices = user.devices {
                children.append(
                    Node("devices", children: [Node("device-list", children: devices.map(\.node))]))
            }
            if let lid = user.lid { children.append(Node("lid", ["val": .jid(lid)])) }
            if let isIn = user.isOnWhatsApp { children.append(Node("contact", ["type": isIn ? "in" : "out"])) }
            return Node("user", ["jid": .jid(user.jid)], children: children)
        }
        return IQ.result(of: iq, [Node("usync", children: [Node("list", children: list)])])
    }
}

extension Usync.Device {
    fileprivate init?(_ node: Node) {
        guard let number = node.integer("id", as: UInt16.self), number <= 255 else { return nil }
        self.init(
            number: number, keyIndex: node.integer("key-index"), isHosted: node["is_hosted"] == "true")
    }

    fileprivate var node: Node {
        Node(
            "device",
            ["id": .number(number), "key-index": .number(keyIndex), "is_hosted": isHosted ? "true" : nil])
    }
}
