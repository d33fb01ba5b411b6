/// A `<notification>`: something changed. Each is acknowledged, whatever it is.
package enum Notification: Sendable, Equatable {
    /// Our pool of one-time keys is low: upload more.
    case lowOnPreKeys(count: Int)
    /// Somebody's identity changed: drop the sessions with all their devices.
    case identityChanged(JID)
    /// Somebody's device list changed: forget the cached one.
    case devicesChanged(JID)
    /// Our own account's devices.
    case ownDevicesChanged
    case group(JID, [GroupChange])
    case privacyToken(sender: JID, token: [UInt8], timestamp: Int64)
    /// The phone accepted our pairing code: `LinkCodeCompanion.AwaitingPrimary.finish`.
    case linkCode
    /// The account wants a passkey for linking, which a server can't give. Tell the operator.
    case needsPasskey
    case other(String)

    package enum GroupChange: Sendable, Equatable {
        case added([GroupInfo.Participant])
        /// Also those who left. Drop our own sender key for the group.
        case removed([JID])
        case subject(String)
        /// Anything else about the group: fetch its info again.
        case other(String)
    }

    package init?(_ node: Node) {
        guard node.tag == "notification", let from = node.jid("from") else { return nil }
        switch node["type"] {
        case "encrypt": self = Self.encrypt(node, from)
        case "devices": self = .devicesChanged(from.withoutDevice)
        case "account_sync": self = node.child("devices") == nil ? .other("account_sync") : .ownDevicesChanged
        case "w:gp2": self = .group(from, node.children.map(GroupChange.init))
        case "privacy_token": self = Self.token(node, from)
        case LinkCode.tag?: self = .linkCode
        case "passkey_prologue_request", "crsc_continuation": self = .needsPasskey
        case let type: self = .other(type ?? "")
        }
    }

    private static func encrypt(_ node: Node, _ from: JID) -> Notification {
        if let count = PreKeyStanzas.parseCount(node) { return .lowOnPreKeys(count: count) }
        return node.child("identity") == nil ? .other("encrypt") : .identityChanged(from.withoutDevice)
    }

    private static func token(_ node: Node, _ from: JID) -> Notification {
        let tokens = node.child("tokens")?.children("token") ?? []
        guard let token = tokens.first(where: { $0["type"] == "trusted_contact" }), let bytes = token.bytes,
            (1...1024).contains(bytes.count)
        else { return .other("privacy_token") }
        return .privacyToken(
            sender: (node.jid("sender_lid") ?? from).withoutDevice, token: bytes,
            timestamp: token.integer("t") ?? 0)
    }
}

extension Notification.GroupChange {
    init(_ node: Node) {
        let participants = node.children("participant").prefix(GroupInfo.maximumParticipants)
        switch node.tag {
        case "add": self = .added(participants.compactMap(GroupInfo.Participant.init))
        case "remove", "leave": self = .removed(participants.compactMap { $0.jid("jid") })
        case "subject": self = .subject(node["subject"] ?? "")
        default: self = .other(node.tag)
        }
    }
}
