import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// K23: what asks for no answer begins nothing, on every channel.
@Suite struct SilentKindTests {
    static let channels: [ChannelKind] = [.whatsappTwilio, .whatsappWeb]

    private func receive(_ type: MessageType, _ kind: ChannelKind, _ road: Road) async throws -> InboundReceipt {
        try await road.inbox.receive(
            InboundMessage(
                kind: kind, localAddress: kind == .whatsappWeb ? Road.phone : road.line,
                remoteAddress: "whatsapp:US.abc",
                providerMessageID: "1", type: type, text: "\u{1F44D}"))
    }

    @Test(arguments: channels, MessageType.allCases)
    func onlyWhatAsksForAnAnswerGetsOne(_ kind: ChannelKind, _ type: MessageType) async throws {
        try await Road.with { road in
            try await road.linkPhone()
            try await road.set("welcome_message", "Welcome!")
            let first = try await receive(type, kind, road)
            let again = try await receive(type, kind, road)
            #expect(first.isNew && !again.isNew && first.message == again.message)
            try await road.settle()
            let isSilent = type == .reaction || type == .unsupported
            #expect(road.provider.sent.isEmpty == isSilent, "\(type)")
            #expect((first.turn == nil) == isSilent)
            #expect(try await road.messages("inbound").count == 1, "it is kept for people")
            #expect(try await road.count("select count(*) from parley.turns") == (isSilent ? 0 : 1))
        }
    }

    @Test func theFirstQuestionBehindAReactionIsWelcomed() async throws {
        try await Road.with { road in
            try await road.set("welcome_message", "Welcome!")
            _ = try await receive(.reaction, .whatsappTwilio, road)
            try await road.settle()
            try await road.receive("Hi", from: "whatsapp:US.abc")
            try await road.settle()
            #expect(road.provider.sent == ["Welcome!", "You said: Hi"])
        }
    }
}
