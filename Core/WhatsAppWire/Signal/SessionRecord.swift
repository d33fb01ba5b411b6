/// Everything kept about one device's sessions: the current state and older ones that late messages may still need.
///
/// A value. `encrypt` and `decrypt` change it only when they succeed; store it in the same transaction as the message.
package struct SessionRecord: Sendable, Equatable {
    package static let maximumPrevious = 40

    var current: SessionState?
    /// Newest first.
    var previous: [SessionState] = []

    package init() {}

    package var isEmpty: Bool { current == nil }
    /// The other side's, from its bundle or first message. Another one in a retry receipt means it was reinstalled.
    package var remoteRegistrationID: UInt32? { current?.remoteRegistrationID }
    package var remoteIdentity: PublicKey? { current?.remoteIdentity }
    /// Which session this is: compare before and after a retry to see whether it was replaced.
    package var baseKey: PublicKey? { current?.baseKey }

    /// Opens a session from a bundle; an existing one becomes the newest of the old.
    package mutating func initiate(
        from identity: KeyPair, to bundle: PreKeyBundle, using random: inout some RandomNumberGenerator
    ) throws(SignalError) {
        let baseKey = KeyPair.generate(using: &random)
        let ratchet = KeyPair.generate(using: &random)
        adopt(try .initiate(from: identity, to: bundle, baseKey: baseKey, ratchet: ratchet))
    }

    mutating func adopt(_ session: SessionState) {
        if let current { previous = Array(([current] + previous).prefix(Self.maximumPrevious)) }
        current = session
    }

    /// - Parameter plaintext: already padded (`MessagePadding`).
    /// - Parameter registrationID: our own.
    package mutating func encrypt(
        _ plaintext: [UInt8], registrationID: UInt32
    ) throws(SignalError) -> EncryptedMessage {
        guard var session = current else { throw .noSession }
        let message = try session.encrypt(plaintext)
        current = session
        guard let pending = session.pending else { return EncryptedMessage(kind: .message, bytes: message.bytes) }
        let wrapped = PreKeySignalMessage(
            pending, registrationID: registrationID, identity: session.localIdentity, message: message)
        return EncryptedMessage(kind: .preKeyMessage, bytes: wrapped.bytes)
    }

    /// Opens an `<enc type="msg">`.
    package mutating func decrypt(
        _ bytes: [UInt8], using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> [UInt8] {
        try decrypt(try SignalMessage(bytes), using: &random)
    }

    private mutating func decrypt(
        _ message: SignalMessage, using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> [UInt8] {
        guard let current else { throw .noSession }
        var failure: SignalError?
        for (position, session) in ([current] + previous).enumerated() {
            var copy = session
            do {
                let plaintext = try copy.decrypt(message, using: &random)
                promote(copy, from: position)
                return plaintext
            } catch {
                // A repeat names its state by the chain it belongs to; elsewhere the message just does not fit.
                if error == .duplicate || failure == nil { failure = error }
                if error == .duplicate { break }
            }
        }
        throw failure ?? .noSession
    }

    private mutating func promote(_ session: SessionState, from position: Int) {
        guard position > 0 else {
            current = session
            return
        }
        previous.remove(at: position - 1)
        adopt(session)
    }

    /// Opens an `<enc type="pkmsg">`. Delete the returned one-time key in the same transaction.
    ///
    /// A repeat of a known first message uses the session it opened; its one-time key is gone by then.
    package mutating func decrypt(
        _ message: PreKeySignalMessage, identity: KeyPair, keys: AvailablePreKeys,
        using random: inout some RandomNumberGenerator
    ) throws(SignalError) -> (plaintext: [UInt8], used: UInt32?) {
        var copy = self
        var used: UInt32?
        if !copy.knows(message) {
            used = message.preKeyID
            copy.adopt(try Self.accept(message, identity: identity, keys: keys))
        }
        let plaintext = try copy.decrypt(message.message, using: &random)
        self = copy
        return (plaintext, used)
    }

    private func knows(_ message: PreKeySignalMessage) -> Bool {
        ([current].compactMap(\.self) + previous).contains {
            $0.baseKey == message.baseKey && $0.remoteIdentity == message.identity
        }
    }

    private static func accept(
        _ message: PreKeySignalMessage, identity: KeyPair, keys: AvailablePreKeys
    ) throws(SignalError) -> SessionState {
        guard let signed = keys.signed, signed.id == message.signedPreKeyID else {
            throw .unknownSignedPreKey(message.signedPreKeyID)
        }
        if let id = message.preKeyID, keys.oneTime?.id != id { throw .unknownPreKey(id) }
        return try .accept(
            message, identity: identity, signedPreKey: signed,
            preKey: message.preKeyID == nil ? nil : keys.oneTime)
    }
}

/// The keys of ours that a first message names, as far as we still have them.
package struct AvailablePreKeys: Sendable {
    package let signed: SignedPreKey?
    package let oneTime: PreKey?

    package init(signed: SignedPreKey?, oneTime: PreKey?) {
        self.signed = signed
        self.oneTime = oneTime
    }
}

/// The content of an `<enc>`.
package struct EncryptedMessage: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case message = "msg"
        case preKeyMessage = "pkmsg"
        case senderKeyMessage = "skmsg"
    }

    package let kind: Kind
    package let bytes: [UInt8]

    package init(kind: Kind, bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }
}
