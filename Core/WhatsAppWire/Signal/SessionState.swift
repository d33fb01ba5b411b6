/// One state of a double ratchet with one device. A value: work on a copy, keep it when all went well.
struct SessionState: Sendable, Equatable {
    static let maximumReceivingChains = 5

    struct SendingChain: Sendable, Equatable {
        var ratchet: KeyPair
        var chain: ChainKey
    }

    struct ReceivingChain: Sendable, Equatable {
        let ratchetKey: PublicKey
        var chain: ChainKey
        var skipped = SkippedSeeds()
    }

    let localIdentity: PublicKey
    let remoteIdentity: PublicKey
    var root: [UInt8]
    var previousCounter: UInt32
    var sending: SendingChain
    /// Newest first.
    var receiving: [ReceivingChain]
    /// Until the other side has answered, every message carries what it needs to open the session.
    var pending: PendingPreKey?
    var remoteRegistrationID: UInt32
    /// The base key of the message that opened the session: recognises a repeat of it.
    let baseKey: PublicKey
}

struct PendingPreKey: Sendable, Equatable {
    let preKeyID: UInt32?
    let signedPreKeyID: UInt32
    let baseKey: PublicKey
}

// MARK: Ratchet

extension SessionState {
    mutating func encrypt(_ plaintext: [UInt8]) throws(SignalError) -> SignalMessage {
        let counter = sending.chain.index
        let keys = MessageKeys(seed: sending.chain.seed)
        let ciphertext: [UInt8]
        do {
            ciphertext = try Cipher.encryptCBC(plaintext, key: keys.cipherKey, iv: keys.iv)
        } catch { throw .malformed }
        try sending.chain.advance()
        return SignalMessage(
            ratchetKey: sending.ratchet.publicKey, counter: counter, previousCounter: previousCounter,
            ciphertext: ciphertext, macKey: keys.macKey, sender: localIdentity, receiver: remoteIdentity)
    }

    /// Leaves a half-moved ratchet behind when it throws: call on a copy.
    mutating func decrypt(
        _ message: SignalMessage, using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> [UInt8] {
        let position = try receivingChain(for: message.ratchetKey, using: &random)
        var chain = receiving[position]
        let seed = try chain.chain.seed(for: message.counter, skipped: &chain.skipped)
        receiving[position] = chain
        let keys = MessageKeys(seed: seed)
        guard message.isAuthentic(macKey: keys.macKey, sender: remoteIdentity, receiver: localIdentity) else {
            throw .badMAC
        }
        pending = nil
        do {
            return try Cipher.decryptCBC(message.ciphertext, key: keys.cipherKey, iv: keys.iv)
        } catch { throw .badPadding }
    }

    private mutating func receivingChain(
        for key: PublicKey, using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> Int {
        if let position = receiving.firstIndex(where: { $0.ratchetKey == key }) { return position }
        let received = try RootStep(root: root, pair: sending.ratchet, other: key)
        let next = KeyPair.generate(using: &random)
        let sent = try RootStep(root: received.root, pair: next, other: key)
        root = sent.root
        receiving.insert(
            ReceivingChain(ratchetKey: key, chain: ChainKey(key: received.chain, index: 0)), at: 0)
        receiving = Array(receiving.prefix(Self.maximumReceivingChains))
        previousCounter = max(sending.chain.index, 1) - 1
        sending = SendingChain(ratchet: next, chain: ChainKey(key: sent.chain, index: 0))
        return 0
    }
}

// MARK: Opening (X3DH)

extension SessionState {
    /// 32 bytes that no key agreement gives, so that this secret can't be taken for one of another protocol.
    private static let discontinuity = [UInt8](repeating: 0xFF, count: 32)

    /// The side that starts, from a checked bundle.
    static func initiate(
        from identity: KeyPair, to bundle: PreKeyBundle, baseKey: KeyPair, ratchet: KeyPair
    ) throws(SignalError) -> SessionState {
        guard bundle.signedPreKey.isSigned(by: bundle.identity) else { throw .badSignature }
        let first: RootStep
        do {
            var master = discontinuity + (try identity.sharedSecret(with: bundle.signedPreKey.key))
            master += try baseKey.sharedSecret(with: bundle.identity)
            master += try baseKey.sharedSecret(with: bundle.signedPreKey.key)
            if let preKey = bundle.preKey { master += try baseKey.sharedSecret(with: preKey.key) }
            first = RootStep(master: master)
        } catch { throw .weakKey }
        let sent = try RootStep(root: first.root, pair: ratchet, other: bundle.signedPreKey.key)
        return SessionState(
            localIdentity: identity.publicKey, remoteIdentity: bundle.identity, root: sent.root, previousCounter: 0,
            sending: SendingChain(ratchet: ratchet, chain: ChainKey(key: sent.chain, index: 0)),
            receiving: [
                ReceivingChain(ratchetKey: bundle.signedPreKey.key, chain: ChainKey(key: first.chain, index: 0))
            ],
            pending: PendingPreKey(
                preKeyID: bundle.preKey?.id, signedPreKeyID: bundle.signedPreKey.id, baseKey: baseKey.publicKey),
            remoteRegistrationID: bundle.registrationID, baseKey: baseKey.publicKey)
    }

    /// The side that answers, from the first message and the keys it names.
    static func accept(
        _ message: PreKeySignalMessage, identity: KeyPair, signedPreKey: SignedPreKey, preKey: PreKey?
    ) throws(SignalError) -> SessionState {
        let first: RootStep
        do {
            var master = discontinuity + (try signedPreKey.key.sharedSecret(with: message.identity))
            master += try identity.sharedSecret(with: message.baseKey)
            master += try signedPreKey.key.sharedSecret(with: message.baseKey)
            if let preKey { master += try preKey.key.sharedSecret(with: message.baseKey) }
            first = RootStep(master: master)
        } catch { throw .weakKey }
        return SessionState(
            localIdentity: identity.publicKey, remoteIdentity: message.identity, root: first.root,
            previousCounter: 0,
            sending: SendingChain(ratchet: signedPreKey.key, chain: ChainKey(key: first.chain, index: 0)),
            receiving: [], pending: nil, remoteRegistrationID: message.registrationID, baseKey: message.baseKey)
    }
}
