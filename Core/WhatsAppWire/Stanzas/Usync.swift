/// Queries about people: their devices, their hidden ids.
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

        package init(jid: JID, lid: JID? = nil, devices: [Device]? = nil) {
            self.jid = jid
            self.lid = lid
            self.devices = devices
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
        let list = users.map { Node("user", ["jid": .jid($0.withoutDevice)]) }
        let usync = Node(
            "usync",
            [
                "sid": .text(sessionID), "mode": "query", "last": "true", "index": "0", "context": "message",
            ],
            children: [
                Node("query", children: [Node("devices", ["version": "2"]), Node("lid")]), Node("list", children: list),
            ])
        return IQ.get(id: id, xmlns: "usync", [usync])
    }

    package struct Request: Sendable, Equatable {
        package let kinds: Set<String>
        package let users: [JID]

        package init?(_ iq: Node) {
            guard let usync = iq.child("usync") else { return nil }
            kinds = Set(usync.child("query")?.children.map(\.tag) ?? [])
            users = (usync.child("list")?.children("user") ?? []).compactMap { $0.jid("jid") }
        }
    }

    package static func parse(_ reply: Node) -> [User] {
        (reply.child("usync")?.child("list")?.children("user") ?? []).compactMap { node in
            guard let jid = node.jid("jid") else { return nil }
            let list = node.child("devices")?.child("device-list")
            return User(
                jid: jid, lid: node.child("lid")?.jid("val"),
                devices: list?.children("device").prefix(maximumDevices).compactMap(Device.init))
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
