/// The sender keys of one device in one group; ours too, under our LID address. Name it by (group JID, sender address).
///
/// A value, changed only by calls that succeed: store it in the transaction that stores the message.
package struct SenderKeyRecord: Sendable, Equatable {
    package static let maximumStates = 5

    /// Newest first.
    var states: [SenderKey] = []

    package init() {}

    package var isEmpty: Bool { states.isEmpty }

    /// Makes a key of our own, and what to send to every device that shall read us. Also after somebody left.
    package mutating func create(using random: inout some RandomNumberGenerator) -> SenderKeyDistribution {
        let key = SenderKey(
            id: UInt32.random(in: 0...0x7FFF_FFFF, using: &random),
            chain: ChainKey(key: random.bytes(32), index: 0), signing: .own(.generate(using: &random)))
        states = [key]
        return key.distribution
    }

    /// Our current key, for devices that do not have it yet; nil when there is none.
    package var distribution: SenderKeyDistribution? {
        states.first.flatMap { $0.ownPair == nil ? nil : $0.distribution }
    }

    /// Learns somebody's key. A repeat does not set the chain back.
    package mutating func process(_ distribution: SenderKeyDistribution) {
        let known = states.first { $0.id == distribution.keyID && $0.signing.publicKey == distribution.signingKey }
        states.removeAll { $0.id == distribution.keyID }
        let state =
            known
            ?? SenderKey(
                id: distribution.keyID, chain: ChainKey(key: distribution.chainKey, index: distribution.iteration),
                signing: .other(distribution.signingKey))
        states = Array(([state] + states).prefix(Self.maximumStates))
    }

    /// - Parameter plaintext: already padded.
    package mutating func encrypt(
        _ plaintext: [UInt8], using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> EncryptedMessage {
        guard var state = states.first, let pair = state.ownPair else { throw .noSenderKey }
        let keys = SenderMessageKeys(seed: state.chain.seed)
        let ciphertext: [UInt8]
        do {
            ciphertext = try Cipher.encryptCBC(plaintext, key: keys.cipherKey, iv: keys.iv)
        } catch { throw .malformed }
        let message = SenderKeyMessage(
            keyID: state.id, iteration: state.chain.index, ciphertext: ciphertext, signer: pair,
            random: random.bytes(64))
        try state.chain.advance()
        states[0] = state
        return EncryptedMessage(kind: .senderKeyMessage, bytes: message.bytes)
    }

    /// Opens an `<enc type="skmsg">`. Senders may leave gaps between iterations.
    package mutating func decrypt(_ bytes: [UInt8]) throws(SignalError) -> [UInt8] {
        let message = try SenderKeyMessage(bytes)
        guard let position = states.firstIndex(where: { $0.id == message.keyID }) else { throw .noSenderKey }
        var state = states[position]
        guard message.isSigned(by: state.signing.publicKey) else { throw .badSignature }
        let keys = SenderMessageKeys(seed: try state.chain.seed(for: message.iteration, skipped: &state.skipped))
        let plaintext: [UInt8]
        do {
            plaintext = try Cipher.decryptCBC(message.ciphertext, key: keys.cipherKey, iv: keys.iv)
        } catch { throw .badPadding }
        states[position] = state
        return plaintext
    }
}

struct SenderKey: Sendable, Equatable {
    enum Signing: Sendable, Equatable {
        case own(KeyPair)
        case other(PublicKey)

        var publicKey: PublicKey {
            switch self {
            case .own(let pair): pair.publicKey
            case .other(let key): key
            }
        }
    }

    let id: UInt32
    var chain: ChainKey
    let signing: Signing
    var skipped = SkippedSeeds()

    var ownPair: KeyPair? {
        if case .own(let pair) = signing { pair } else { nil }
    }

    var distribution: SenderKeyDistribution {
        SenderKeyDistribution(
            keyID: id, iteration: chain.index, chainKey: chain.key, signingKey: signing.publicKey)
    }
}

struct SenderMessageKeys: Equatable {
    let iv: [UInt8]
    let cipherKey: [UInt8]

    init(seed: [UInt8]) {
        let output = Digest.hkdf(seed, info: "WhisperGroup", count: 48)
        iv = Array(output[..<16])
        cipherKey = Array(output[16...])
    }
}
