/// A `<receipt>`: delivered, read, played, or please send again.
package struct Receipt: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case delivered, read, played, sender, inactive, readSelf, playedSelf, retry, serverError
        case other(String)

        private static let names: [(String, Kind)] = [
            ("read", .read), ("played", .played), ("sender", .sender), ("inactive", .inactive),
            ("read-self", .readSelf), ("played-self", .playedSelf), ("retry", .retry),
            ("server-error", .serverError),
        ]

        package init(_ type: String?) {
            guard let type else {
                self = .delivered
                return
            }
            self = Self.names.first { $0.0 == type }?.1 ?? .other(type)
        }

        package var type: String? {
            if case .other(let type) = self { return type }
            return Self.names.first { $0.1 == self }?.0
        }
    }

    package static let maximumIDs = 1024

    package let kind: Kind
    /// The message named by the stanza, then those in its list.
    package let ids: [String]
    package let chat: JID
    /// The device that speaks.
    package let sender: JID
    package let timestamp: Int64?
    /// Receipts of a whole group at once: who, for which message.
    package let participants: [(id: String, user: JID)]

    package init(_ node: Node) throws(StanzaError) {
        guard node.tag == "receipt", let id = node["id"] else { throw StanzaError("receipt.id") }
        guard let from = node.jid("from") else { throw StanzaError("receipt.from") }
        kind = Kind(node["type"])
        let listed = node.child("list")?.children("item").compactMap { $0["id"] } ?? []
        ids = Array(([id] + listed).prefix(Self.maximumIDs))
        chat = from.withoutDevice
        sender = node.jid("participant") ?? from
        timestamp = node.integer("t")
        participants = node.children("participants").flatMap { group in
            group.children("user").compactMap { user in
                user.jid("jid").map { (id: group["key"] ?? id, user: $0) }
            }
        }
    }

    package static func == (left: Receipt, right: Receipt) -> Bool {
        left.kind == right.kind && left.ids == right.ids && left.chat == right.chat && left.sender == right.sender
            && left.timestamp == right.timestamp && left.participants.map(\.id) == right.participants.map(\.id)
            && left.participants.map(\.user) == right.participants.map(\.user)
    }

    /// Tells a chat that we have read some of its messages, all by one sender.
    /// - Parameter kind: `.readSelf` when the account keeps its reading to itself; `.played` for voice notes.
    package static func read(
        _ ids: [String], in chat: JID, participant: JID? = nil, at now: Int64, kind: Kind = .read
    ) -> Node? {
        guard let first = ids.first else { return nil }
        let items = ids.dropFirst().prefix(maximumIDs).map { Node("item", ["id": .text($0)]) }
        return Node(
            "receipt",
            [
                "id": .text(first), "to": .jid(chat), "type": .optional(kind.type), "t": .number(now),
                "participant": .optional(participant),
            ], children: items.isEmpty ? [] : [Node("list", children: items)])
    }
}
