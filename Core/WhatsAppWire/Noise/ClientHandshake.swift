import FoundationEssentials
import SwiftProtobuf

/// The client's side of the handshake. Each state holds only what is known then; the next one comes out of its method.
package enum ClientHandshake {
    /// Makes the first message. The caller sends it in a frame behind `Intro.opening`.
    package static func start(ephemeral: KeyPair) -> (state: AwaitingServerHello, message: [UInt8]) {
        var noise = NoiseState()
        noise.mixHash(ephemeral.publicKey.bytes)
        let hello = WAHandshakeMessage.with { $0.clientHello.ephemeral = Data(ephemeral.publicKey.bytes) }
        return (AwaitingServerHello(noise: noise, ephemeral: ephemeral), hello.bytes)
    }

    /// What the client proves and says about itself, and whom it believes.
    package struct Identity: Sendable {
        package let noiseKey: KeyPair
        /// A serialised `ClientPayload`.
        package let payload: [UInt8]
        package let anchor: TrustAnchor

        package init(noiseKey: KeyPair, payload: [UInt8], anchor: TrustAnchor = .whatsApp) {
            self.noiseKey = noiseKey
            self.payload = payload
            self.anchor = anchor
        }
    }

    package struct AwaitingServerHello: Sendable {
        private(set) var noise: NoiseState
        let ephemeral: KeyPair

        /// Checks the server's hello and its whole certificate chain.
        /// - Parameter now: seconds since 1970.
        package consuming func receive(
            _ bytes: [UInt8], identity: Identity, now: Int64
        ) throws(HandshakeError) -> (transport: Transport, message: [UInt8]) {
            let hello = try ServerHello(bytes)
            noise.mixHash(hello.ephemeral.bytes)
            try noise.mixKey(ephemeral, hello.ephemeral)
            guard let serverKey = try? PublicKey(noise.decrypt(hello.encryptedStatic)) else { throw .notAuthentic }
            try noise.mixKey(ephemeral, serverKey)
            let chain = try noise.decrypt(hello.encryptedPayload)
            do {
                try CertificateChain.verify(chain, serverKey: serverKey, anchor: identity.anchor, now: now)
            } catch { throw .certificate(error) }
            return try finish(identity, hello.ephemeral)
        }

        private mutating func finish(
            _ identity: Identity, _ serverEphemeral: PublicKey
        ) throws(HandshakeError) -> (transport: Transport, message: [UInt8]) {
            let encryptedStatic = try noise.encrypt(identity.noiseKey.publicKey.bytes)
            try noise.mixKey(identity.noiseKey, serverEphemeral)
            let encryptedPayload = try noise.encrypt(identity.payload)
            let finish = WAHandshakeMessage.with {
                $0.clientFinish.static = Data(encryptedStatic)
                $0.clientFinish.payload = Data(encryptedPayload)
            }
            let keys = noise.split()
            return (Transport(writeKey: keys.toServer, readKey: keys.toClient), finish.bytes)
        }
    }

    private struct ServerHello {
        let ephemeral: PublicKey
        let encryptedStatic: [UInt8]
        let encryptedPayload: [UInt8]

        init(_ bytes: [UInt8]) throws(HandshakeError) {
            guard let message = try? WAHandshakeMessage(serializedBytes: bytes), message.hasServerHello else {
                throw .malformed("serverHello")
            }
            guard let ephemeral = try? PublicKey(message.serverHello.ephemeral) else {
                throw .malformed("serverHello.ephemeral")
            }
            self.ephemeral = ephemeral
            encryptedStatic = Array(message.serverHello.static)
            encryptedPayload = Array(message.serverHello.payload)
        }
    }
}

extension WAHandshakeMessage {
    /// Serialising only fails for missing required fields, and there are none.
    var bytes: [UInt8] { (try? serializedBytes()) ?? [] }
}
