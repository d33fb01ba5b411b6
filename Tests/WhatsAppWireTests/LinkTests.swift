import Support
import Testing

@testable import WhatsAppWire

/// A client against a server, both from this library, over bytes in any chunks.
@Suite struct LinkTests {
    struct Ends {
        var client: ClientLink
        var server: ServerLink
        let noiseKey: KeyPair
        var random: SeededGenerator

        init(seed: UInt64, routing: [UInt8] = []) throws {
            random = SeededGenerator(seed: seed)
            let root = KeyPair.generate(using: &random)
            let issuer = CertificateIssuer(
                root: root, intermediate: .generate(using: &random), notBefore: 0, notAfter: 1 << 40)
            let serverKey = KeyPair.generate(using: &random)
            let chain = try issuer.chain(for: serverKey.publicKey, using: &random)
            noiseKey = .generate(using: &random)
            let description = ClientDescription(version: ClientVersion(build: 1), name: "Test")
            let payload = try #require(ClientPayload.login(.phoneNumber("1555", device: 2), client: description))
            client = try ClientLink(
                identity: .init(
                    noiseKey: noiseKey, payload: payload.bytes, anchor: TrustAnchor(testRoot: root.publicKey)),
                ephemeral: .generate(using: &random), routing: routing)
            server = ServerLink(
                staticKey: serverKey, certificateChain: chain, ephemeral: .generate(using: &random))
        }

        /// Runs the handshake, feeding `chunk` bytes at a time.
        mutating func connect(chunk: Int = 1 << 20) throws {
            var replies: [UInt8] = []
            for part in client.open().chunks(chunk) {
                server.received(part)
                while case .reply(let bytes)? = try server.next() { replies += bytes }
            }
            var finish: [UInt8] = []
            for part in replies.chunks(chunk) {
                client.received(part)
                while case .established(let bytes)? = try client.next(now: 1000) { finish += bytes }
            }
            var accepted = false
            for part in finish.chunks(chunk) {
                server.received(part)
                while let event = try server.next() {
                    guard case .accepted(let key, let payload) = event else { continue }
                    accepted = true
                    #expect(key == noiseKey.publicKey)
                    #expect(try payload.purpose() == .login(.phoneNumber("1555", device: 2)))
                }
            }
            #expect(accepted)
        }
    }

    @Test(arguments: [1, 2, 3, 64, 1 << 20])
    func anyChunking(chunk: Int) throws {
        var ends = try Ends(seed: 1, routing: [1, 2, 3])
        try ends.connect(chunk: chunk)
        #expect(ends.server.routing == [1, 2, 3])
        let nodes = (0..<5).map { Node("iq", ["id": .number($0)], bytes: [UInt8](repeating: 7, count: $0 * 100)) }
        let toServer = try nodes.flatMap { try ends.client.send($0) }
        var seen: [Node] = []
        for part in toServer.chunks(chunk) {
            ends.server.received(part)
            while case .node(let node)? = try ends.server.next() { seen.append(node) }
        }
        #expect(seen.count == 5 && seen.map { $0["id"] } == nodes.map { $0["id"] })
        let toClient = try nodes.flatMap { try ends.server.send($0, compressed: true) }
        seen = []
        for part in toClient.chunks(chunk) {
            ends.client.received(part)
            while case .node(let node)? = try ends.client.next(now: 0) { seen.append(node) }
        }
        #expect(seen.last?.bytes == [UInt8](repeating: 7, count: 400))
    }

    @Test func aReplayedLostOrAlteredFrameEndsTheLinkButNotWhatCameBefore() throws {
        for fault in ["replay", "loss", "alter"] {
            var ends = try Ends(seed: 2)
            try ends.connect()
            let first = try ends.server.send(Node("stream:error", ["code": "515"]))
            var second = try ends.server.send(Node("iq", ["id": "2"]))
            if fault == "replay" { second = first }
            if fault == "loss" { second = try ends.server.send(Node("iq", ["id": "3"])) }
            if fault == "alter" { second[second.count - 1] ^= 1 }
            ends.client.received(first + second)
            guard case .node(let node)? = try ends.client.next(now: 0) else {
                Issue.record("the first stanza was lost")
                continue
            }
            #expect(Ending(node)?.next == .reconnectNow)
            #expect(throws: TransportError.notAuthentic, "\(fault)") { try ends.client.next(now: 0) }
            ends.client.received(try ends.server.send(Node("iq", ["id": "4"])))
            #expect(throws: LinkError.failed) { try ends.client.next(now: 0) }
            #expect(throws: LinkError.notOpen) { try ends.client.send(Node("iq")) }
        }
    }

    @Test func countersDoNotWrap() throws {
        var transport = Transport(
            writeKey: [UInt8](repeating: 1, count: 32), readKey: [UInt8](repeating: 1, count: 32),
            written: UInt64(UInt32.max))
        _ = try transport.seal([1])
        #expect(throws: TransportError.exhausted) { try transport.seal([1]) }
    }

    @Test func alteredHandshakesAreRefused() throws {
        var random = SeededGenerator(seed: 3)
        for index in stride(from: 4, to: 300, by: 9) {
            var ends = try Ends(seed: 3)
            ends.server.received(ends.client.open())
            guard case .reply(var reply)? = try ends.server.next() else { continue }
            // Behind the frame's length and the protobuf's own tag and length.
            let position = 8 + index
            guard position < reply.count else { break }
            reply[position] ^= UInt8.random(in: 1...255, using: &random)
            ends.client.received(reply)
            #expect(throws: (any Error).self, "byte \(position)") { try ends.client.next(now: 1000) }
        }
    }

    @Test func aWrongIntroIsRefused() throws {
        for intro: [UInt8] in [[0x47, 0x45], [0x57, 0x41, 6, 2], [0x45, 0x44, 0, 1, 0xFF, 0xFF, 0xFF]] {
            var bytes = intro
            #expect(throws: FrameError.badIntro) { try Intro.strip(&bytes) }
        }
        var partial: [UInt8] = [0x57, 0x41]
        #expect(try Intro.strip(&partial) == nil)
    }

    @Test func framesHaveALimit() throws {
        var reader = FrameReader(limit: 10)
        reader.append([0, 0, 11])
        #expect(throws: FrameError.tooLarge(length: 11, limit: 10)) { try reader.next() }
        var fine = FrameReader(limit: 10)
        fine.append([0, 0, 2, 1, 2, 0, 0, 0, 0])
        #expect(try fine.next() == [1, 2])
        #expect(try fine.next() == [])
        #expect(try fine.next() == nil)
        #expect(fine.bufferedCount == 1)
    }
}
