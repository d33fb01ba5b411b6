import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@Suite struct PairingTests {
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
            try await client.wait("an empty queue") { true }
        }
    }
}

/// A server on a port of the system's choice, for the length of `body`.
func withServer<Value: Sendable>(
    _ configuration: ServerConfiguration? = nil, _ body: (WhatsAppServer) async throws -> Value
) async throws -> Value {
    var quick = ServerConfiguration()
    quick.lingering = 0.3
    let server = try await WhatsAppServer.start(configuration ?? quick)
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        let log = await server.remembered().suffix(20).map { "\($0)" }.joined(separator: "\n")
        await server.stop()
        throw ActionError("\(error)\n\(log)")
    }
}
