import Domain
import Store
import Synchronization
import Testing
import WhatsAppWire

@testable import SessionWorker

/// A device is there for as long as somebody types, and not longer.
@Suite struct PresenceTests {
    private final class Said: Sendable {
        private let nodes = Mutex<[Node]>([])
        var presence: [String] { nodes.withLock { $0.filter { $0.tag == "presence" }.compactMap { $0["type"] } } }

        var channel: StanzaChannel {
            StanzaChannel(
                send: { node in self.nodes.withLock { $0.append(node) } },
                ask: { _ in throw ConnectionError.silent }, deliver: { _, _, _ in throw ConnectionError.silent },
                makeID: { "1" })
        }
    }

    private static let chat = JID("15552223333@s.whatsapp.net")

    private func presence(_ said: Said) -> Presence {
        var random = SystemRandomNumberGenerator()
        let own = OwnDevice(credentials: .generate(using: &random), account: nil)
        return Presence(server: said.channel, own: own, pushName: "Shop", lineName: "Shop")
    }

    @Test func theLastOneWhoTypesEndsIt() async throws {
        let (said, chat) = (Said(), try #require(Self.chat))
        let presence = presence(said)
        try await presence.duringTyping {
            try await presence.duringTyping { try await presence.type(in: chat) }
            #expect(presence.isAvailable && said.presence == ["available"], "the other one still types")
        }
        #expect(!presence.isAvailable && said.presence == ["available", "unavailable"])
    }

    @Test func itEndsAlsoAfterAnError() async throws {
        let (said, chat) = (Said(), try #require(Self.chat))
        let presence = presence(said)
        await #expect(throws: SendError.noDevice) {
            try await presence.duringTyping {
                try await presence.type(in: chat)
                throw SendError.noDevice
            }
        }
        #expect(!presence.isAvailable && said.presence == ["available", "unavailable"])
    }

    @Test func whoDoesNotTypeSaysNothing() async throws {
        let said = Said()
        try await presence(said).duringTyping {}
        #expect(said.presence.isEmpty)
    }
}
