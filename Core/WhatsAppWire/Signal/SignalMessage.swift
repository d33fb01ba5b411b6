import Cryptography
import FoundationEssentials
import SwiftProtobuf

/// A message of an open session, as it travels in `<enc type="msg">`.
struct SignalMessage: Equatable {
    static let versionByte: UInt8 = 0x33
    private static let macLength = 8

    let ratchetKey: PublicKey
    let counter: UInt32
    let previousCounter: UInt32
    let ciphertext: [UInt8]
    /// Version byte, protobuf and MAC.
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws(SignalError) {
        let body = try Self.body(bytes, trailer: Self.macLength)
        guard let envelope = try? WASignalEnvelope(serializedBytes: body), envelope.hasCounter,
            !envelope.ciphertext.isEmpty, let key = try? PublicKey(typed: envelope.ratchetKey)
        else { throw .malformed }
        ratchetKey = key
        counter = envelope.counter
        previousCounter = envelope.previousCounter
        ciphertext = Array(envelope.ciphertext)
        self.bytes = bytes
    }

    init(
        ratchetKey: PublicKey, counter: UInt32, previousCounter: UInt32, ciphertext: [UInt8], macKey: [UInt8],
        sender: PublicKey, receiver: PublicKey
    ) {
        self.ratchetKey = ratchetKey
        self.counter = counter
        self.previousCounter = previousCounter
        self.ciphertext = ciphertext
        let envelope = WASignalEnvelope.with {
            $0.ratchetKey = Data(ratchetKey.typed)
            $0.counter = counter
            $0.previousCounter = previousCounter
            $0.ciphertext = Data(ciphertext)
        }
        let body = [Self.versionByte] + ((try? envelope.serializedBytes()) ?? [])
        bytes = body + Self.mac(body, key: macKey, sender: sender, receiver: receiver)
    }

    func isAuthentic(macKey: [UInt8], sender: PublicKey, receiver: PublicKey) -> Bool {
        let expected = Self.mac(
            Array(bytes.dropLast(Self.macLength)), key: macKey, sender: sender, receiver: receiver)
        return equalInConstantTime(bytes.suffix(Self.macLength), expected)
    }

    private static func mac(_ body: [UInt8], key: [UInt8], sender: PublicKey, receiver: PublicKey) -> [UInt8] {
        Array(Digest.hmacSHA256(key: key, sender.typed + receiver.typed + body).prefix(macLength))
    }

    /// The protobuf between the version byte and a trailer of fixed length.
    static func body(_ bytes: [UInt8], trailer: Int) throws(SignalError) -> [UInt8] {
        guard let version = bytes.first, bytes.count > 1 + trailer else { throw .malformed }
        guard version >> 4 == 3 else { throw .unsupportedVersion(version >> 4) }
        return Array(bytes[1..<bytes.count - trailer])
    }
}

/// The first messages of a session, until the other side has answered: `<enc type="pkmsg">`.
package struct PreKeySignalMessage: Equatable, Sendable {
    /// Nil when the bundle had no one-time key.
    package let preKeyID: UInt32?
    package let signedPreKeyID: UInt32
    package let registrationID: UInt32
    package let baseKey: PublicKey
    /// The sender's. A session is only as trustworthy as the check of this key.
    package let identity: PublicKey
    let message: SignalMessage
    package let bytes: [UInt8]

    /// Parse before decrypting, to know which keys to load.
    package init(_ bytes: [UInt8]) throws(SignalError) {
        let body = try SignalMessage.body(bytes, trailer: 0)
        guard let envelope = try? WAPreKeySignalEnvelope(serializedBytes: body), envelope.hasSignedPreKeyID,
            let baseKey = try? PublicKey(typed: envelope.baseKey),
            let identity = try? PublicKey(typed: envelope.identityKey)
        else { throw .malformed }
        preKeyID = envelope.hasPreKeyID ? envelope.preKeyID : nil
        signedPreKeyID = envelope.signedPreKeyID
        registrationID = envelope.registrationID
        self.baseKey = baseKey
        self.identity = identity
        message = try SignalMessage(Array(envelope.message))
        self.bytes = bytes
    }

    init(_ pending: PendingPreKey, registrationID: UInt32, identity: PublicKey, message: SignalMessage) {
        preKeyID = pending.preKeyID
        signedPreKeyID = pending.signedPreKeyID
        self.registrationID = registrationID
        baseKey = pending.baseKey
        self.identity = identity
        self.message = message
        let envelope = WAPreKeySignalEnvelope.with {
            if let id = pending.preKeyID { $0.preKeyID = id }
            $0.baseKey = Data(pending.baseKey.typed)
            $0.identityKey = Data(identity.typed)
            $0.message = Data(message.bytes)
            $0.registrationID = registrationID
            $0.signedPreKeyID = pending.signedPreKeyID
        }
        bytes = [SignalMessage.versionByte] + ((try? envelope.serializedBytes()) ?? [])
    }
}
