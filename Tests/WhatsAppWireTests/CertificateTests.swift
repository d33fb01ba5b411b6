import FoundationEssentials
import Support
import SwiftProtobuf
import Testing

@testable import WhatsAppWire

/// One test per link of the chain that may be wrong.
@Suite struct CertificateTests {
    let root: KeyPair
    let intermediate: KeyPair
    let server: KeyPair

    init() {
        var random = SeededGenerator(seed: 40)
        root = .generate(using: &random)
        intermediate = .generate(using: &random)
        server = .generate(using: &random)
    }

    struct Plan {
        var rootSerial: UInt32 = 0
        var intermediateSerial: UInt32 = 3
        var leafIssuer: UInt32 = 3
        var window: (Int64, Int64) = (100, 200)
        var leafWindow: (Int64, Int64) = (100, 200)
    }

    private func certificate(
        _ serial: UInt32, _ issuer: UInt32, _ key: PublicKey, _ window: (Int64, Int64), _ signer: KeyPair
    ) throws -> WACertChain.NoiseCertificate {
        var random = SeededGenerator(seed: 41)
        let details = WACertChain.NoiseCertificate.Details.with {
            $0.serial = serial
            $0.issuerSerial = issuer
            $0.key = Data(key.bytes)
            $0.notBefore = UInt64(window.0)
            $0.notAfter = UInt64(window.1)
        }
        let bytes: [UInt8] = try details.serializedBytes()
        return .with {
            $0.details = Data(bytes)
            $0.signature = Data(signer.sign(bytes, using: &random))
        }
    }

    private func chain(
        _ plan: Plan = Plan(), intermediateSigner: KeyPair? = nil, leafSigner: KeyPair? = nil, leafKey: PublicKey? = nil
    ) throws -> WACertChain {
        try .with {
            $0.intermediate = try certificate(
                plan.intermediateSerial, plan.rootSerial, intermediate.publicKey, plan.window,
                intermediateSigner ?? root)
            $0.leaf = try certificate(
                9, plan.leafIssuer, leafKey ?? server.publicKey, plan.leafWindow, leafSigner ?? intermediate)
        }
    }

    private func verify(_ chain: WACertChain, now: Int64 = 150) throws {
        try CertificateChain.verify(
            chain.serializedBytes(), serverKey: server.publicKey, anchor: TrustAnchor(testRoot: root.publicKey),
            now: now)
    }

    @Test func aRightChainIsBelieved() throws {
        try verify(try chain())
        try verify(try chain(), now: 100)
        try verify(try chain(), now: 200)
    }

    @Test func anotherRootIsNot() throws {
        let forged = try chain(intermediateSigner: server)
        #expect(throws: CertificateError.badIntermediateSignature) { try verify(forged) }
        let ours = try chain().serializedBytes() as [UInt8]
        #expect(throws: CertificateError.badIntermediateSignature) {
            try CertificateChain.verify(ours, serverKey: server.publicKey, anchor: .whatsApp, now: 150)
        }
    }

    @Test func eachLinkIsChecked() throws {
        #expect(throws: CertificateError.badLeafSignature) { try verify(try chain(leafSigner: root)) }
        #expect(throws: CertificateError.wrongRootSerial) { try verify(try chain(Plan(rootSerial: 1))) }
        #expect(throws: CertificateError.wrongIssuer) { try verify(try chain(Plan(leafIssuer: 4))) }
        #expect(throws: CertificateError.wrongKey) { try verify(try chain(leafKey: intermediate.publicKey)) }
        #expect(throws: CertificateError.expired) { try verify(try chain(), now: 201) }
        #expect(throws: CertificateError.notYetValid) { try verify(try chain(), now: 99) }
        #expect(throws: CertificateError.expired) {
            try verify(try chain(Plan(leafWindow: (100, 140))), now: 150)
        }
        #expect(throws: CertificateError.expired) { try verify(try chain(Plan(window: (100, 140))), now: 150) }
        #expect(throws: CertificateError.malformed) { try verify(WACertChain()) }
    }

    @Test func oneBitInDetailsOrSignatureIsEnough() throws {
        for path in [\WACertChain.leaf, \WACertChain.intermediate] {
            var altered = try chain()
            altered[keyPath: path].signature[5] ^= 1
            #expect(throws: CertificateError.self) { try verify(altered) }
            altered = try chain()
            altered[keyPath: path].details[altered[keyPath: path].details.count - 1] ^= 1
            #expect(throws: CertificateError.self) { try verify(altered) }
        }
    }

    @Test func aClientRefusesAServerWithAForeignChain() throws {
        var random = SeededGenerator(seed: 42)
        let issuer = CertificateIssuer(root: root, intermediate: intermediate, notBefore: 0, notAfter: 1 << 40)
        let certificates = try issuer.chain(for: server.publicKey, using: &random)
        let (client, hello) = ClientHandshake.start(ephemeral: .generate(using: &random))
        let awaiting = ServerHandshake.AwaitingClientHello(staticKey: server, certificateChain: certificates)
        let (_, reply) = try awaiting.receive(hello, ephemeral: .generate(using: &random))
        let identity = ClientHandshake.Identity(noiseKey: .generate(using: &random), payload: [])
        #expect(throws: HandshakeError.certificate(.badIntermediateSignature)) {
            try client.receive(reply, identity: identity, now: 1)
        }
    }
}
