import Foundation
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@Suite(.timeLimit(.minutes(2))) struct StateTests {
    @Test func accountsQueuesAndTheRootKeySurviveARestart() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "whatsapp-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        var configuration = ServerConfiguration()
        configuration.stateFile = file.path
        configuration.lingering = 0.2
        let first = try await WhatsAppServer.start(configuration)
        let client = MirrorClient(first)
        let line = try await client.link(as: "15550001111")
        let ana = try await first.contact("15552223333", name: "Ana")
        let before = try await ana.send("before", to: line)
        let chat = try await client.message { $0.message.id == before }.message.chat
        await client.disconnect()
        let waiting = try await ana.send("waiting", to: line)
        await first.stop()

        let second = try await WhatsAppServer.start(configuration)
        #expect(second.rootKey == first.rootKey)
        await client.move(to: second)
        try await client.logIn(keys: 0)
        let got = try await client.message { $0.message.id == waiting }
        #expect(got.content?.body == .text("waiting"))
        // The contact's phone has lost its sessions: it asks again, with its keys.
        try await client.send(.text("hello again"), to: chat, id: "A1")
        let receipt = try await client.node { $0["type"] == "retry" && $0.jid("from") == chat }
        try await client.sendAgain(.text("hello again"), for: receipt)
        let read = try await second.next(.message) { $0.person == ana.number }
        #expect(read.text == "hello again")
        await second.stop()
    }

    @Test func aDamagedStateFileIsNotOverwritten() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "whatsapp-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("{".utf8).write(to: file)
        var configuration = ServerConfiguration()
        configuration.stateFile = file.path
        await #expect(throws: DecodingError.self) { try await WhatsAppServer.start(configuration) }
        #expect(try Data(contentsOf: file) == Data("{".utf8))
    }
}
