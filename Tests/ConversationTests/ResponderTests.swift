import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// A responder is a value beside the persona: nothing of the road knows it.
@Suite struct ResponderTests {
    /// Answers whoever says "parrot", as a flow does, and keeps something of its own.
    private struct Parrot: Responder {
        let name = "parrot"
        let author = OutboundMessage.Author.flow

        func questions(about turn: TurnRecord, in conversation: ConversationRecord) -> [Query] {
            ["select name from organizations where id = \(conversation.organization)"]
        }

        func inform(_ facts: inout AnswerFacts, _ answers: [[Row]], messages: [TurnMessage]) throws {
            let business: String = try answers[0].first?["name"] ?? ""
            if messages.contains(where: { $0.text.contains("parrot") }) { facts.flow = .triggered(name: business) }
        }

        func answers(_ answer: AnswerDecision.Answer) -> Bool {
            if case .flow = answer { true } else { false }
        }

        func respond(to turn: TurnToAnswer) async throws -> TurnResponse {
            TurnResponse(
                ComposedReply(text: "Squawk", reason: "The parrot spoke."),
                writes: ["update contacts set name = 'parrot friend' where id = \(turn.conversation.contact)"])
        }
    }

    private func turn(_ road: Road) -> Turn {
        let sender = road.provider.sender
        return Turn(
            database: road.database.app, clock: road.clock, ids: road.ids, composer: road.composer,
            responders: [Parrot()], sender: { _ in sender })
    }

    private func work(_ road: Road) async throws {
        road.advance(3)
        while let job = try await road.queue.claim() {
            let outcome =
                job.kind == .turn
                ? try await turn(road).run(job, timeout: 5, until: .distantFuture) : try await road.perform(job)
            try await road.finish(job, outcome)
        }
    }

    @Test func whomTheRuleChoosesAnswers() async throws {
        try await Road.with { road in
            try await road.receive("Hello parrot")
            try await work(road)
            try await road.receive("Hello shop", from: "whatsapp:+491700000002")
            try await work(road)
            #expect(road.provider.sent == ["Squawk", "You said: Hello shop"])
            let authors = try await road.database.owner.query(
                "select author from parley.messages where direction = 'outbound' order by created_at")
            #expect(try authors.map { try $0["author"] } == ["flow", "ai"])
            let owners = try await road.database.owner.query(
                "select owner from parley.conversations order by created_at")
            #expect(try owners.map { try $0["owner"] } == ["flow", "ai"])
            #expect(try await road.count("select count(*) from parley.contacts where name = 'parrot friend'") == 1)
            #expect(try await road.count("select ai_replies as count from parley.usage") == 1)
        }
    }

    /// The turn remembers who writes its reply: after a crash the same one goes on.
    @Test func whoWasChosenGoesOnAfterACrash() async throws {
        try await Road.with { road in
            try await road.receive("Hello parrot")
            road.advance(3)
            try await road.database.owner.query(
                "update parley.turns set state = 'composing', responder = 'parrot', epoch = 0")
            try await work(road)
            #expect(road.provider.sent == ["Squawk"])
        }
    }

    @Test func anUnknownResponderIsLeftToAProcessThatKnowsIt() async throws {
        try await Road.with { road in
            try await road.receive("Hello")
            road.advance(3)
            try await road.database.owner.query(
                "update parley.turns set state = 'composing', responder = 'from the future', epoch = 0")
            let job = try #require(try await road.queue.claim())
            await #expect(throws: (any Error).self) {
                _ = try await turn(road).run(job, timeout: 5, until: .distantFuture)
            }
            #expect(try await road.count("select count(*) from parley.turns where state = 'composing'") == 1)
        }
    }

    /// A provider that never answers about the typing indicator delays nothing.
    @Test func typingDelaysNobody() async throws {
        try await Road.with { road in
            var sender = road.provider.sender
            sender.showTyping = { _ in try? await Task.sleep(for: .seconds(30)) }
            let slow = sender
            try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim())
            let turn = Turn(
                database: road.database.app, clock: road.clock, ids: road.ids, composer: road.composer,
                sender: { _ in slow })
            let began = ContinuousClock.now
            let outcome = try await turn.run(job, timeout: 5, until: .distantFuture)
            #expect(ContinuousClock.now - began < .seconds(3))
            try await road.finish(job, outcome)
            #expect(road.provider.sent == ["You said: Hi"])
        }
    }
}
