import FoundationEssentials
import SwiftProtobuf

/// The server's side of the handshake, for a server of our own.
package enum ServerHandshake {
    package struct AwaitingClientHello: Sendable {
        private var noise = NoiseState()
        private let staticKey: KeyPair
        private let certificateChain: [UInt8]

        package init(staticKey: KeyPair, certificateChain: [UInt8]) {
            self.staticKey = staticKey
            self.certificateChain = certificateChain
        }

        package consuming func receive(
            _ bytes: [UInt8], ephemeral: KeyPair
        ) throws(HandshakeError) -> (state: AwaitingClientFinish, message: [UInt8]) {
            guard let message = try? WAHandshakeMessage(serializedBytes: bytes), message.hasClientHello,
                let clientEphemeral = try? PublicKey(message.clientHello.ephemeral)
            else { throw .malformed("clientHello") }
            noise.mixHash(clientEphemeral.bytes)
            noise.mixHash(ephemeral.publicKey.bytes)
            try noise.mixKey(ephemeral, clientEphemeral)
            let encryptedStatic = try noise.encrypt(staticKey.publicKey.bytes)
            try noise.mixKey(staticKey, clientEphemeral)
            let encryptedPayload = try noise.encrypt(certificateChain)
            let hello = WAHandshakeMessage.with {
                $0.serverHello.ephemeral = Data(ephemeral.publicKey.bytes)
                $0.serverHello.static = Data(encryptedStatic)
                $0.serverHello.payload = Data(encryptedPayload)
            }
            return (AwaitingClientFinish(noise: noise, ephemeral: ephemeral), hello.bytes)
        }
    }

    package struct AwaitingClientFinish: Sendable {
        private var noise: NoiseState
        private let ephemeral: KeyPair

        init(noise: NoiseState, ephemeral: KeyPair) {
            self.noise = noise
            self.ephemeral = ephemeral
        }

        package consuming func receive(_ bytes: [UInt8]) throws(HandshakeError) -> Accepted {
            guard let message = try? WAHandshakeMessage(serializedBytes: bytes), message.hasClientFinish else {
                throw .malformed("clientFinish")
            }
            guard let clientKey = try? PublicKey(noise.decrypt(Array(message.clientFinish.static))) else {
                throw .notAuthentic
            }
            try noise.mixKey(ephemeral, clientKey)
            let payload = try noise.decrypt(Array(message.clientFinish.payload))
            let keys = noise.split()
            return Accepted(
                clientKey: clientKey, payload: payload,
                transport: Transport(writeKey: keys.toClient, readKey: keys.toServer))
        }
    }

    package struct Accepted: Sendable {
        /// Authenticates a paired client: compare it with the key it registered with.
        package let clientKey: PublicKey
        /// A serialised `ClientPayload`.
        package let payload: [UInt8]
        package let transport: Transport
    }
}
