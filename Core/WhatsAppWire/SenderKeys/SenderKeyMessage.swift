import FoundationEssentials
import SwiftProtobuf

/// A group message: `<enc type="skmsg">`.
struct SenderKeyMessage: Equatable {
    private static let signatureLength = 64

    let keyID: UInt32
    let iteration: UInt32
    let ciphertext: [UInt8]
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws(SignalError) {
        let body = try SignalMessage.body(bytes, trailer: Self.signatureLength)
        guard let envelope = try? WASenderKeyEnvelope(serializedBytes: body), envelope.hasID,
            envelope.hasIteration, !envelope.ciphertext.isEmpty
        else { throw .malformed }
        keyID = envelope.id
        iteration = envelope.iteration
        ciphertext = Array(envelope.ciphertext)
        self.bytes = bytes
    }

    init(keyID: UInt32, iteration: UInt32, ciphertext: [UInt8], signer: KeyPair, random: [UInt8]) {
        self.keyID = keyID
        self.iteration = iteration
        self.ciphertext = ciphertext
        let envelope = WASenderKeyEnvelope.with {
            $0.id = keyID
            $0.iteration = iteration
            $0.ciphertext = Data(ciphertext)
        }
        let body = [SignalMessage.versionByte] + ((try? envelope.serializedBytes()) ?? [])
        bytes = body + XEdDSA.sign(body, with: signer, random: random)
    }

    func isSigned(by key: PublicKey) -> Bool {
        key.verifies(bytes.suffix(Self.signatureLength), of: Array(bytes.dropLast(Self.signatureLength)))
    }
}

/// What lets others read our messages in a group. Travels inside a 1:1 message to each of their devices.
package struct SenderKeyDistribution: Sendable, Equatable {
    package let keyID: UInt32
    package let iteration: UInt32
    let chainKey: [UInt8]
    let signingKey: PublicKey

    init(keyID: UInt32, iteration: UInt32, chainKey: [UInt8], signingKey: PublicKey) {
        self.keyID = keyID
        self.iteration = iteration
        self.chainKey = chainKey
        self.signingKey = signingKey
    }

    package init(_ bytes: [UInt8]) throws(SignalError) {
        let body = try SignalMessage.body(bytes, trailer: 0)
        guard let envelope = try? WASenderKeyDistributionEnvelope(serializedBytes: body), envelope.hasID,
            envelope.hasIteration, envelope.chainKey.count == 32,
            let signingKey = try? PublicKey(typed: envelope.signingKey)
        else { throw .malformed }
        self.init(
            keyID: envelope.id, iteration: envelope.iteration, chainKey: Array(envelope.chainKey),
            signingKey: signingKey)
    }

    package var bytes: [UInt8] {
        let envelope = WASenderKeyDistributionEnvelope.with {
            $0.id = keyID
            $0.iteration = iteration
            $0.chainKey = Data(chainKey)
            $0.signingKey = Data(signingKey.typed)
        }
        return [SignalMessage.versionByte] + ((try? envelope.serializedBytes()) ?? [])
    }
}
