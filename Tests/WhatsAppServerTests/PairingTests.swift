import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@Suite(.timeLimit(.minutes(2))) struct PairingTests {
    @Test func aScannedClientLogsInAndTalks() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            #expect(line == Line(number: "15550001111", device: 1))
            let ana = try await server.contact("15552223333", name: "Ana")
            let id = try await ana.send("Are you open?", to: line)
            let got = try await client.message { $0.message.id == id }
            #expect(got.content?.body == .text("Are you open?"))
            #expect(got.message.pushName == "Ana" && got.message.senderAlternate == .phoneNumber("15552223333"))
            let receipt = try await server.next(.receipt) { $0.id == id }
            #expect(receipt.type == "delivered" && receipt.person == "15552223333")
            let ack = try await client.send(.text("Until six."), to: got.message.chat, id: "REPLY1")
            #expect(ServerAck(ack)?.meaning(sentHash: nil) == .accepted)
            let reply = try await server.next(.message) { $0.person == ana.number }
            #expect(reply.text == "Until six." && reply.id == "REPLY1" && reply.account == line.number)
            let copy = try await server.next(.copy)
            #expect(copy.text == "Until six." && copy.person == ana.number)
            for type in [nil, "read"] {
                let seen = try await client.node { $0.tag == "receipt" && $0["id"] == "REPLY1" && $0["type"] == type }
                #expect(seen.jid("from") == got.message.chat)
            }
            try await server.untilNothingWaits(for: line)
        }
    }

    @Test(arguments: [1, 7]) func anyChunking(chunk: Int) async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            _ = try await client.link(as: "15550001111")
            await client.disconnect()
            try await client.logIn(chunk: chunk)
        }
    }

    @Test func aTypedCodeLinksToo() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let state = try await client.wantCode(for: "15550001111")
            _ = try await server.next(.codeWanted) { $0.account == "15550001111" }
            async let entered = server.enter(code: state.code.display, as: "15550001111", name: "Shop")
            try await client.enterCode(state)
            try await client.finishPairing()
            let line = try await entered
            try await client.logIn()
            #expect(line.number == "15550001111")
        }
    }

    @Test func aWrongCodeLinksNothing() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let state = try await client.wantCode(for: "15550001111")
            let entered = Task { try await server.enter(code: "11111111", as: "15550001111") }
            // The client can't open what a wrong code wrapped, or the phone can't open the answer.
            do { try await client.enterCode(state) } catch PairingError.wrongCode { await client.disconnect() }
            await #expect(throws: (any Error).self) { try await entered.value }
            let accounts = await server.accounts()
            #expect(accounts.isEmpty)
        }
    }

    @Test func foreignStaleAndAlteredCodesAreRefused() async throws {
        try await withServer { server in
            await #expect(throws: ActionError.self) { try await server.scan("https://example.com", as: "15550001111") }
            let client = MirrorClient(server)
            let code = try await client.showCode()
            await client.disconnect()
            let stale = await #expect(throws: ActionError.self) { try await server.scan(code, as: "15550001111") }
            // The server may be asked before it has seen that the client is gone.
            #expect([ActionError("the code is no longer valid"), ActionError("the client went away")].contains(stale))
            let again = try await client.showCode()
            let scanned = try #require(PairingQR(scanned: again))
            var other = await MirrorClient(server).credentials
            other.advSecret = scanned.advSecret
            let foreign = PairingQR(ref: scanned.ref, credentials: other).text
            await #expect(throws: ActionError.self) { try await server.scan(foreign, as: "15550001111") }
        }
    }

    @Test func aClientThatRefusesThePhoneStaysUnlinked() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let code = try await client.showCode()
            // The phone authenticates with the secret of the code; the client now expects another.
            await client.set(advSecret: [UInt8](repeating: 9, count: 32))
            let scanned = Task { try await server.scan(code, as: "15550001111") }
            await #expect(throws: PairingError.wrongHMAC) { try await client.finishPairing() }
            try await client.refuse(.wrongHMAC)
            await #expect(throws: ActionError("the client refused: hmac-mismatch")) { try await scanned.value }
            let refused = try await server.next(.refused)
            #expect(refused.detail == "hmac-mismatch")
        }
    }

    @Test func aDemandForAPasskeyReachesTheClient() async throws {
        try await withServer { server in
            await server.inject(Fault(.passkey))
            let client = MirrorClient(server)
            let code = try await client.showCode()
            await #expect(throws: ActionError("the account demands a passkey")) {
                try await server.scan(code, as: "15550001111")
            }
            let demand = try await client.node("notification")
            #expect(Notification(demand) == .needsPasskey)
        }
    }

    @Test func historyFollowsTheFirstLogin() async throws {
        try await withServer { server in
            let owner = try await server.contact("15550001111", name: "Shop")
            let ana = try await server.contact("15552223333", name: "Ana")
            let question = try await ana.send("Tomorrow?", to: owner)
            try await owner.send("Yes", to: ana)
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let got = try await client.message { $0.message.category == "peer" }
            guard case .control(.historySync(let reference))? = got.content?.body else {
                Issue.record("not a history: \(got)")
                return
            }
            let history = try HistorySync.parse(try #require(reference.inline))
            #expect(history.pushNames.map(\.name) == ["Ana"])
            #expect(history.pairs.first?.phoneNumber == .phoneNumber("15552223333"))
            #expect(history.messages.map(\.content.body) == [.text("Yes"), .text("Tomorrow?")])
            #expect(history.messages.map(\.isFromMe) == [true, false] && history.messages.last?.id == question)
            try await server.untilNothingWaits(for: line)
        }
    }
}
