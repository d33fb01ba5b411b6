/// A whole Signal device in memory: identity, keys and sessions. For simulated phones; a real line keeps these values in
/// the database instead and calls `SessionRecord` directly.
package struct SignalDevice: Sendable {
    package let address: SignalAddress
    package let identity: KeyPair
    package let registrationID: UInt32
    package let signedPreKey: SignedPreKey
    package private(set) var preKeys: [UInt32: PreKey] = [:]
    package private(set) var sessions: [SignalAddress: SessionRecord] = [:]
    private var nextPreKeyID: UInt32 = 1

    package init(
        address: SignalAddress, identity: KeyPair, registrationID: UInt32,
        using random: inout some RandomNumberGenerator
    ) {
        self.address = address
        self.identity = identity
        self.registrationID = registrationID
        signedPreKey = .generate(id: 1, identity: identity, using: &random)
    }

    /// A fresh bundle, with a one-time key unless told otherwise.
    package mutating func bundle(
        withPreKey: Bool = true, using random: inout some RandomNumberGenerator
    ) -> PreKeyBundle {
        var published: PreKey.Public?
        if withPreKey {
            let (keys, next) = PreKey.generate(1, from: nextPreKeyID, using: &random)
            nextPreKeyID = next
            for key in keys { preKeys[key.id] = key }
            published = keys.first?.published
        }
        return PreKeyBundle(
            registrationID: registrationID, identity: identity.publicKey, signedPreKey: signedPreKey.published,
            preKey: published)
    }

    package func hasSession(with other: SignalAddress) -> Bool {
        sessions[other].map { !$0.isEmpty } ?? false
    }

    package mutating func initiate(
        with other: SignalAddress, bundle: PreKeyBundle, using random: inout some RandomNumberGenerator
    ) throws(SignalError) {
        try sessions[other, default: SessionRecord()].initiate(from: identity, to: bundle, using: &random)
    }

    package mutating func encrypt(
        _ plaintext: [UInt8], for other: SignalAddress
    ) throws(SignalError) -> EncryptedMessage {
        try sessions[other, default: SessionRecord()].encrypt(plaintext, registrationID: registrationID)
    }

    package mutating func decrypt(
        _ message: EncryptedMessage, from other: SignalAddress, using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> [UInt8] {
        guard message.kind == .preKeyMessage else {
            return try sessions[other, default: SessionRecord()].decrypt(message.bytes, using: &random)
        }
        let parsed = try PreKeySignalMessage(message.bytes)
        let keys = AvailablePreKeys(signed: signedPreKey, oneTime: parsed.preKeyID.flatMap { preKeys[$0] })
        let (plaintext, used) = try sessions[other, default: SessionRecord()].decrypt(
            parsed, identity: identity, keys: keys, using: &random)
        if let used { preKeys[used] = nil }
        return plaintext
    }

    package mutating func forgetSession(with other: SignalAddress) {
        sessions[other] = nil
    }
}
