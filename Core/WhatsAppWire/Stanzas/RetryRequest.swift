/// "Send it again": a retry receipt, ours or theirs.
package struct RetryRequest: Sendable, Equatable {
    package static let maximumCount = 5

    /// Keys for a new session with whoever asks.
    package struct Keys: Sendable, Equatable {
        package let identity: PublicKey
        package let preKey: PreKey.Public?
        package let signedPreKey: SignedPreKey.Public
        package let deviceIdentity: [UInt8]?

        package init(
            identity: PublicKey, preKey: PreKey.Public?, signedPreKey: SignedPreKey.Public, deviceIdentity: [UInt8]?
        ) {
            self.identity = identity
            self.preKey = preKey
            self.signedPreKey = signedPreKey
            self.deviceIdentity = deviceIdentity
        }
    }

    package let messageID: String
    package let count: Int
    /// Of the message, seconds since 1970.
    package let timestamp: Int64
    package let registrationID: UInt32
    package let keys: Keys?

    package init(messageID: String, count: Int, timestamp: Int64, registrationID: UInt32, keys: Keys?) {
        self.messageID = messageID
        self.count = count
        self.timestamp = timestamp
        self.registrationID = registrationID
        self.keys = keys
    }

    /// When to send our keys along: from the second time on, or at once when there was nothing to decrypt with.
    package static func needsKeys(count: Int, failure: SignalError) -> Bool {
        switch failure {
        case .noSession, .noSenderKey, .unknownPreKey, .unknownSignedPreKey: true
        default: count >= 2
        }
    }

    package func children(now: Int64) -> [Node] {
        var children = [
            Node(
                "retry",
                [
                    "count": .number(count), "id": .text(messageID), "t": .number(timestamp), "v": "1", "error": "0",
                ]),
            Node("registration", bytes: [UInt8](bigEndian: registrationID, count: 4)),
        ]
        if let keys { children.append(keys.node) }
        return children
    }

    /// - Parameter receipt: a receipt of type `retry`.
    package init(_ receipt: Node) throws(StanzaError) {
        guard let retry = receipt.child("retry") else { throw StanzaError("receipt.retry") }
        guard let id = retry["id"] ?? receipt["id"], let count = retry.integer("count", as: Int.self), count > 0 else {
            throw StanzaError("receipt.retry.count")
        }
        guard let registration = receipt.bytes(of: "registration"), registration.count == 4 else {
            throw StanzaError("receipt.registration")
        }
        messageID = id
        self.count = count
        timestamp = retry.integer("t") ?? 0
        registrationID = UInt32(registration.bigEndianValue ?? 0)
        keys = try receipt.child("keys").map { node throws(StanzaError) in try Keys(node) }
    }

    /// A bundle to open a new session with, once the signature is checked (which opening it does).
    package var bundle: PreKeyBundle? {
        keys.map {
            PreKeyBundle(
                registrationID: registrationID, identity: $0.identity, signedPreKey: $0.signedPreKey,
                preKey: $0.preKey)
        }
    }
}

extension RetryRequest.Keys {
    var node: Node {
        var children = [Node("type", bytes: [PublicKey.type]), Node("identity", bytes: identity.bytes)]
        if let preKey { children.append(preKey.node) }
        children.append(signedPreKey.node)
        if let deviceIdentity { children.append(Node("device-identity", bytes: deviceIdentity)) }
        return Node("keys", children: children)
    }

    init(_ node: Node) throws(StanzaError) {
        guard let bytes = node.bytes(of: "identity"), let identity = try? PublicKey(bytes) else {
            throw StanzaError("receipt.keys.identity")
        }
        guard let signed = node.child("skey").flatMap(SignedPreKey.Public.init) else {
            throw StanzaError("receipt.keys.skey")
        }
        self.init(
            identity: identity, preKey: node.child("key").flatMap(PreKey.Public.init), signedPreKey: signed,
            deviceIdentity: node.bytes(of: "device-identity"))
    }
}

// MARK: Keys in stanzas

extension PreKey.Public {
    package var node: Node {
        Node(
            "key",
            children: [Node("id", bytes: [UInt8](bigEndian: id, count: 3)), Node("value", bytes: key.bytes)])
    }

    package init?(_ node: Node) {
        guard let id = node.bytes(of: "id"), id.count == 3, let value = node.bytes(of: "value"),
            let key = try? PublicKey(value)
        else { return nil }
        self.init(id: UInt32(id.bigEndianValue ?? 0), key: key)
    }
}

extension SignedPreKey.Public {
    package var node: Node {
        Node(
            "skey",
            children: [
                Node("id", bytes: [UInt8](bigEndian: id, count: 3)), Node("value", bytes: key.bytes),
                Node("signature", bytes: signature),
            ])
    }

    package init?(_ node: Node) {
        guard let id = node.bytes(of: "id"), id.count == 3, let value = node.bytes(of: "value"),
            let key = try? PublicKey(value), let signature = node.bytes(of: "signature"), signature.count == 64
        else { return nil }
        self.init(id: UInt32(id.bigEndianValue ?? 0), key: key, signature: signature)
    }
}
