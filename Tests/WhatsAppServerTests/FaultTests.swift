import NIOWebSocket
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

/// Each fault as a client sees it.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    private static let number = "15550001111"

    private func withClient(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: (WhatsAppServer, MirrorClient, Line) async throws -> Void
    ) async throws {
        try await withServer(change) { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: Self.number)
            try await body(server, client, line)
        }
    }

    @Test(arguments: [
        (Fault.Kind.restart, Ending.Cause.restartRequired), (.removed, .unlinked), (.replaced, .replaced),
        (.busy, .serverBusy), (.limited, .rateLimited), (.refused, .refusedStanza),
    ])
    func streamErrors(kind: Fault.Kind, cause: Ending.Cause) async throws {
        try await withClient { server, client, line in
            await server.inject(Fault(kind, account: line.number))
            let end = try await client.node("stream:error")
            #expect(Ending(end)?.cause == cause)
            await client.disconnect()
        }
    }

    @Test(arguments: [
        (402, Ending.Cause.temporaryBan), (403, .unlinked), (405, .outdated), (406, .banned), (409, .badClient),
        (503, .serverBusy),
    ])
    func loginsThatFail(code: Int, cause: Ending.Cause) async throws {
        try await withClient { server, client, line in
            await client.disconnect()
            await server.inject(Fault(.failure, account: line.number, code: code, ban: 104, seconds: 7200))
            try await client.connect()
            let ending = try #require(Ending(try await client.node("failure")))
            #expect(ending.cause == cause)
            if code == 402 { #expect(ending.next == .wait(seconds: 7200)) }
            try await client.logIn(keys: 0)
        }
    }

    @Test func aSecondLoginReplacesTheFirst() async throws {
        try await withClient { server, client, line in
            let credentials = await client.identity()
            let second = MirrorClient(server, like: credentials)
            try await second.logIn(keys: 0)
            #expect(Ending(try await client.node("stream:error"))?.cause == .replaced)
            let connected = await server.connected
            #expect(connected == 1)
        }
    }

    @Test func anOldBuildIsTurnedAway() async throws {
        try await withServer {
            $0.oldestBuild = 2_000_000_000
        } _: { server in
            let client = MirrorClient(server)
            try await client.connect()
            #expect(Ending(try await client.node("failure"))?.cause == .outdated)
        }
    }

    // MARK: Nothing is lost

    @Test func whatWasNotAcknowledgedComesAgain() async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            // What the phone said when it was linked has been answered.
            try await server.untilNothingWaits(for: line)
            await client.set(answersMessages: false)
            var ids: [String] = []
            for index in 0..<5 { ids.append(try await ana.send("\(index)", to: line)) }
            let last = ids[4]
            _ = try await client.node { $0["id"] == last }
            await client.disconnect()
            await client.set(answersMessages: true)
            try await client.connect()
            let preview = try await client.node("ib")
            #expect(preview.child("offline_preview")?.integer("message") == 5)
            _ = try await client.ask { Stanzas.activate(id: $0) }
            for id in ids {
                let got = try await client.message { $0.message.id == id }
                #expect(got.message.isOffline)
            }
            try await server.untilNothingWaits(for: line)
            let texts = await client.received.compactMap(\.content?.body.text)
            #expect(texts == ["0", "1", "2", "3", "4"])
        }
    }

    @Test(arguments: [(Fault.Direction.received, false), (.received, true), (.sent, false), (.sent, true)])
    func aCutAtAStanza(direction: Fault.Direction, afterwards: Bool) async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            let stanza = direction == .sent ? "message" : "receipt"
            await server.inject(
                Fault(.cut, account: line.number, stanza: stanza, direction: direction, afterwards: afterwards))
            let id = try await ana.send("cut", to: line)
            try await client.wait("the cut", evenClosed: true) { await client.isClosed }
            try await client.logIn(keys: 0)
            _ = try await client.message { $0.message.id == id }
            try await server.untilNothingWaits(for: line)
        }
    }

    @Test func silenceAndSlowness() async throws {
        try await withClient { server, client, line in
            await server.inject(Fault(.slowRead, account: line.number, stanza: "iq:w:p", seconds: 0.3))
            for _ in 0..<2 { _ = try await client.ask { Stanzas.keepAlive(id: $0) } }
            await server.inject(Fault(.silence, account: line.number))
            try await client.send(Stanzas.keepAlive(id: "unheard"))
            let ana = try await server.contact("15552223333")
            try await ana.send("unheard", to: line)
            // Silence can't be waited for; the line is still connected and nothing of it was acknowledged.
            let (waiting, connected) = (await server.unacknowledged(line), await server.connected)
            #expect(waiting > 0 && connected == 1)
            #expect(await client.nodes.contains { $0["id"] == "unheard" } == false)
        }
    }

    // MARK: Stanzas

    @Test func duplicatesAndDisorder() async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            let hello = try await ana.send("hello", to: line)
            _ = try await client.message { $0.message.id == hello }
            await server.inject(Fault(.duplicate, account: line.number, stanza: "message"))
            let id = try await ana.send("twice", to: line)
            try await client.wait("both") { await client.received.count { $0.message.id == id } == 2 }
            let failures = await client.received.filter { $0.message.id == id }.map(\.failure)
            #expect(failures == [nil, .duplicate])
            await client.disconnect()
            try await ana.send("a", to: line)
            try await ana.send("b", to: line)
            await server.inject(Fault(.reorder, account: line.number, stanza: "message"))
            try await client.logIn(keys: 0)
            try await client.wait("both") {
                await client.received.suffix(2).compactMap(\.content?.body.text) == ["b", "a"]
            }
            try await server.untilNothingWaits(for: line)
        }
    }

    @Test func anAlteredMessageIsAskedForAndSentAgain() async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            await server.inject(Fault(.badMAC, account: line.number, stanza: "message"))
            let id = try await ana.send("altered", to: line)
            let got = try await client.message { $0.message.id == id && $0.content != nil }
            #expect(got.content?.body == .text("altered") && got.message.retryCount == 1)
            _ = try await server.next(.receipt) { $0.id == id && $0.type == "retry" }
            try await server.untilNothingWaits(for: line)
        }
    }

    @Test(arguments: [Fault.Kind.retry, .retryWithKeys])
    func aContactAsksAgain(kind: Fault.Kind) async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            let hello = try await ana.send("hello", to: line)
            let chat = try await client.message { $0.message.id == hello }.message.chat
            // Not the account's own phone, whose copy comes second.
            await server.inject(Fault(kind, account: line.number))
            try await client.send(.text("again"), to: chat, id: "R1")
            let receipt = try await client.node { $0.tag == "receipt" && $0["type"] == "retry" }
            let request = try RetryRequest(receipt)
            #expect(request.messageID == "R1" && (request.keys != nil) == (kind == .retryWithKeys))
            try await client.sendAgain(.text("again"), for: receipt)
            let read = try await server.next(.message) { $0.id == "R1" && $0.person == ana.number }
            #expect(read.text == "again")
        }
    }

    @Test func acknowledgements() async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            let hello = try await ana.send("hello", to: line)
            let chat = try await client.message { $0.message.id == hello }.message.chat
            for code in [463, 479, 429] {
                await server.inject(Fault(.errorAck, account: line.number, code: code))
                let ack = try await client.send(.text("no"), to: chat, id: "E\(code)")
                #expect(ServerAck(ack)?.error == code)
            }
            await server.inject(Fault(.deviceHash, account: line.number))
            let ack = try await client.send(.text("stale"), to: chat, id: "H")
            #expect(ServerAck(ack)?.meaning(sentHash: "2:other") == .staleDevices)
            await server.inject(Fault(.lostAck, account: line.number))
            try await client.send(client.direct(.text("heard"), chat, "L").node)
            let heard = try await server.next(.message) { $0.id == "L" }
            #expect(heard.text == "heard")
            #expect(await client.nodes.contains { $0.tag == "ack" && $0["id"] == "L" } == false)
            let shown = await server.remembered(limit: 1000).filter {
                $0.kind == .message && $0.id?.hasPrefix("E") == true
            }
            #expect(shown.isEmpty, "a refused message was delivered")
        }
    }

    @Test func keysThatAreMissing() async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333", appearance: .phoneNumber)
            let jid = JID.phoneNumber(ana.number)
            await server.inject(Fault(.noPreKey, account: line.number))
            let first = try await client.ask { PreKeyStanzas.fetch(id: $0, devices: [jid]) }
            guard case .bundle(let bundle)? = PreKeyStanzas.parse(first)[jid] else {
                Issue.record("no bundle")
                return
            }
            #expect(bundle.preKey == nil)
            await server.inject(Fault(.noDevice, account: line.number))
            let second = try await client.ask { PreKeyStanzas.fetch(id: $0, devices: [jid]) }
            #expect(PreKeyStanzas.parse(second)[jid] == .unavailable(code: 404))
        }
    }

    // MARK: Frames

    @Test func framesInUnusualForm() async throws {
        try await withClient { server, client, line in
            let ana = try await server.contact("15552223333")
            for kind in [Fault.Kind.compressed, .joined] {
                await server.inject(Fault(kind, account: line.number, stanza: "message"))
                let id = try await ana.send(kind.rawValue, to: line)
                let got = try await client.message { $0.message.id == id }
                #expect(got.content?.body == .text(kind.rawValue))
            }
            for kind in [Fault.Kind.corruptFrame, .truncatedFrame] {
                await server.inject(Fault(kind, account: line.number, stanza: "message"))
                let id = try await ana.send(kind.rawValue, to: line)
                try await client.wait("the end", evenClosed: true) { await client.isClosed }
                try await client.logIn(keys: 0)
                _ = try await client.message { $0.message.id == id && $0.content != nil }
            }
            try await server.untilNothingWaits(for: line)
        }
    }

    @Test func oversizeAndForeignConnectionsAreRefused() async throws {
        try await withServer {
            $0.frameLimit = 4096
        } _: { server in
            let huge = try await ClientChannel.open(port: server.port)
            huge.write([UInt8](repeating: 0, count: 6000))
            for await _ in huge.messages {}
            let long = try await ClientChannel.open(port: server.port)
            // The intro, and a frame that announces more than is taken.
            long.write(Intro.header + [0, 0x10, 1])
            for await _ in long.messages {}
            let text = try await ClientChannel.open(port: server.port)
            text.write(Array("hello".utf8), opcode: .text)
            for await _ in text.messages {}
            await #expect(throws: ClientChannel.Refused.self) {
                _ = try await ClientChannel.open(port: server.port, path: "/elsewhere")
            }
            let client = MirrorClient(server)
            try await client.connect(rootKey: String(repeating: "11", count: 32))
            try await client.wait("the refusal", evenClosed: true) { await client.isClosed }
            #expect(await client.failure?.contains("Signature") == true)
        }
    }
}
