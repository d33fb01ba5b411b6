import Support
import Testing

@testable import WhatsAppWire

@Suite struct NoiseTests {
    struct Pair: Decodable {
        let priv: Hex
        let pub: Hex
        func keyPair() throws -> KeyPair { try KeyPair(privateKey: priv.bytes) }
    }

    struct File: Decodable {
        struct Recorded: Decodable {
            struct Hello: Decodable {
                let ephemeral: Hex
                let `static`: Hex
                let payload: Hex
            }
            let prologue: Hex
            let clientEphemeral: Pair
            let serverHello: Hello
            let expected: [String: Hex]
            let rootKey: Hex
        }
        struct Synthetic: Decodable {
            let testRoot, intermediate, serverStatic, serverEphemeral, clientEphemeral, clientStaticNoiseKey: Pair
            let certChain, clientHelloMessage, serverHelloMessage, clientPayload, clientFinishMessage: Hex
            let hAfterServerHello, clientWriteKey, clientReadKey: Hex
            let firstTransportPlain, firstTransportCipher, secondTransportPlain, secondTransportCipher: Hex
            let firstWireBytes: Hex
        }
        let recorded: Recorded
        let synthetic: Synthetic
    }

    static let recordedDay: Int64 = 1_750_000_000
    static let syntheticDay: Int64 = 1_800_000_000

    @Test func everyStepOfTheRecordedHandshakeIsTheSame() throws {
        let recorded = try Vectors.load("noise.json", as: File.self).recorded
        func expected(_ name: String) throws -> [UInt8] { try #require(recorded.expected[name]).bytes }
        #expect(recorded.prologue.bytes == Intro.header)
        #expect(TrustAnchor.whatsApp.key.bytes == recorded.rootKey.bytes)

        var noise = NoiseState()
        #expect(try noise.hash == expected("h_after_prologue"))
        let ephemeral = try recorded.clientEphemeral.keyPair()
        noise.mixHash(ephemeral.publicKey.bytes)
        #expect(try noise.hash == expected("h_after_client_ephemeral"))
        let server = try PublicKey(recorded.serverHello.ephemeral.bytes)
        noise.mixHash(server.bytes)
        #expect(try noise.hash == expected("h_after_server_ephemeral"))
        try noise.mixKey(ephemeral, server)
        #expect(try noise.chainKey == expected("ck_after_ee"))
        let serverStatic = try noise.decrypt(recorded.serverHello.static.bytes)
        #expect(try serverStatic == expected("server_static"))
        #expect(try noise.hash == expected("h_after_static"))
        try noise.mixKey(ephemeral, PublicKey(serverStatic))
        #expect(try noise.chainKey == expected("ck_after_es"))
        let chain = try noise.decrypt(recorded.serverHello.payload.bytes)
        #expect(try chain == expected("cert_payload"))
        #expect(try noise.hash == expected("h_after_cert"))
        try CertificateChain.verify(
            chain, serverKey: PublicKey(serverStatic), anchor: .whatsApp, now: Self.recordedDay)
    }

    @Test func theRecordedChainIsExpiredToday() throws {
        let recorded = try Vectors.load("noise.json", as: File.self).recorded
        let chain = try #require(recorded.expected["cert_payload"]).bytes
        let key = try PublicKey(#require(recorded.expected["server_static"]).bytes)
        #expect(throws: CertificateError.expired) {
            try CertificateChain.verify(chain, serverKey: key, anchor: .whatsApp, now: 1_790_000_000)
        }
        #expect(throws: CertificateError.notYetValid) {
            try CertificateChain.verify(chain, serverKey: key, anchor: .whatsApp, now: 1_742_000_000)
        }
    }

    @Test func aWholeHandshakeAsTheVectorsHaveIt() throws {
        let vector = try Vectors.load("noise.json", as: File.self).synthetic
        let (state, hello) = ClientHandshake.start(ephemeral: try vector.clientEphemeral.keyPair())
        #expect(hello == vector.clientHelloMessage.bytes)
        #expect(try Intro.opening() + FrameWriter.frame(hello) == vector.firstWireBytes.bytes)
        let identity = try Self.identity(vector)
        var (client, finish) = try state.receive(
            vector.serverHelloMessage.bytes, identity: identity, now: Self.syntheticDay)
        #expect(finish == vector.clientFinishMessage.bytes)
        #expect(try client.seal(vector.firstTransportPlain.bytes) == vector.firstTransportCipher.bytes)
        #expect(try client.seal(vector.secondTransportPlain.bytes) == vector.secondTransportCipher.bytes)
    }

    @Test func theServersSideMirrorsTheVectors() throws {
        let vector = try Vectors.load("noise.json", as: File.self).synthetic
        let awaiting = ServerHandshake.AwaitingClientHello(
            staticKey: try vector.serverStatic.keyPair(), certificateChain: vector.certChain.bytes)
        let (state, hello) = try awaiting.receive(
            vector.clientHelloMessage.bytes, ephemeral: vector.serverEphemeral.keyPair())
        #expect(hello == vector.serverHelloMessage.bytes)
        let accepted = try state.receive(vector.clientFinishMessage.bytes)
        #expect(accepted.clientKey.bytes == vector.clientStaticNoiseKey.pub.bytes)
        #expect(accepted.payload == vector.clientPayload.bytes)
        var transport = accepted.transport
        #expect(try transport.open(vector.firstTransportCipher.bytes) == vector.firstTransportPlain.bytes)
        #expect(try transport.open(vector.secondTransportCipher.bytes) == vector.secondTransportPlain.bytes)
    }

    static func identity(_ vector: File.Synthetic) throws -> ClientHandshake.Identity {
        ClientHandshake.Identity(
            noiseKey: try vector.clientStaticNoiseKey.keyPair(), payload: vector.clientPayload.bytes,
            anchor: TrustAnchor(testRoot: try vector.testRoot.keyPair().publicKey))
    }
}
