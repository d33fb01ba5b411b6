import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// A message counts once, from the moment it is queued until it fails before the provider took it.
@Suite struct UsageTests {
    private static let used: Query = "select outbound as count from parley.usage"

    @Test func theSameReplyAgainCountsOnce() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi")
            let reply = PersonReply(id: road.ids.make(), text: "It is me")
            for _ in 0..<3 {
                _ = try await road.actions.reply(reply, in: receipt.conversation, of: road.organization, by: road.user)
            }
            #expect(try await road.count(Self.used) == 1)
            let other = PersonReply(id: road.ids.make(), text: "Still me")
            _ = try await road.actions.reply(other, in: receipt.conversation, of: road.organization, by: road.user)
            #expect(try await road.count(Self.used) == 2)
        }
    }

    @Test func whatTheSystemAndTheAISayCountsOnceEach() async throws {
        try await Road.with { road in
            try await road.set("welcome_message", "Welcome!")
            let long = String(repeating: "All of our cakes are made of flour. ", count: 60)
            road.composes { _ in ComposedReply(text: long, reason: "long") }
            try await road.receive("Hi")
            try await road.settle()
            let queued = try await road.messages().count
            #expect(queued > 2)
            #expect(try await road.count(Self.used) == queued)
        }
    }

    /// The quota is a hard cap: a reply leaves whole or not at all.
    @Test func aReplyOfMorePartsThanAreLeftIsNotSent() async throws {
        try await Road.with { road in
            try await road.set("message_limit", "2")
            try await road.set("quota_message", "Limit reached.")
            let long = String(repeating: "All of our cakes are made of flour. ", count: 120)
            #expect(MessageSplit(long).parts.count > 2)
            road.composes { _ in ComposedReply(text: long, reason: "long") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(road.provider.sent == ["Limit reached."])
            #expect(try await road.count(Self.used) == 1, "the notice is a message like any other")
            try await road.receive("Hi again")
            try await road.settle()
            #expect(road.provider.sent == ["Limit reached."], "once a month")
            #expect(try await road.count(Self.used) == 1)
        }
    }

    @Test func aReplyThatIsNotSaidCountsNothing() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi")
            road.composes { _ in
                try await road.actions.takeOver(receipt.conversation, of: road.organization, by: road.user)
                return ComposedReply(text: "Too late", reason: "late")
            }
            try await road.settle()
            #expect(try await road.messages().isEmpty)
            #expect(try await road.count(Self.used) == 0)
            #expect(try await road.count("select ai_replies as count from parley.usage") == 1, "written and paid for")
        }
    }

    @Test func whatIsWithdrawnWhenAPersonTakesOverCountsNoLonger() async throws {
        try await Road.with(isMarking: false) { road in
            let receipt = try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim())
            try await road.queue.finish(job, try await road.perform(job))
            #expect(try await road.count(Self.used) == 1)
            for _ in 0..<2 {
                try await road.actions.takeOver(receipt.conversation, of: road.organization, by: road.user)
            }
            #expect(try await road.messages().map(\.status) == ["cancelled"])
            #expect(try await road.count(Self.used) == 0)
        }
    }

    enum Ending: CaseIterable { case line, number, organization }

    @Test(arguments: Ending.allCases) func whatAChannelThatEndsHadNotSentIsWithdrawnAndCountsNoLonger(
        _ ending: Ending
    ) async throws {
        try await Road.with(isMarking: false) { road in
            try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim())
            try await road.queue.finish(job, try await road.perform(job))
            #expect(try await road.count(Self.used) == 1)
            try await end(road, ending)
            #expect(try await road.messages().map(\.status) == ["cancelled"])
            #expect(try await road.count(Self.used) == 0)
        }
    }

    private func end(_ road: Road, _ ending: Ending) async throws {
        let database = road.database
        switch ending {
        case .line:
            try await database.owner.query(
                "update parley.channels set kind = 'whatsapp_web' where id = \(road.channel)")
            let store = ChannelStore(database: database.app)
            let gone = try await store.delete(road.channel, of: road.organization, at: road.now)
            #expect(gone?.queuedMessages == 1)
        case .number:
            var purchase = NumberPurchase(
                id: NumberPurchaseID(UUID()), organization: road.organization, number: "+14155238886",
                requestedBy: road.user, at: road.now)
            purchase.channel = road.channel
            try await NumberStore(database: database.app).released(
                database.releasing(purchase, at: road.now), at: road.now)
        case .organization:
            try await OrganizationStore(database: database.app).delete(road.organization, at: road.now)
        }
    }

    @Test(arguments: [
        SendResult.refused(code: "21211", reason: "Bad number"), .windowClosed(code: nil, reason: "Closed"),
        .optedOut(code: nil, reason: "Stopped"),
    ])
    func whatTheProviderDidNotTakeCountsNoLonger(_ refusal: SendResult) async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            try await road.settle()
            road.provider.answers { _ in refusal }
            try await road.receive("Hi again")
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["sent", "failed"])
            #expect(try await road.count(Self.used) == 1)
        }
    }

    @Test func whatMayNotBeSaidAnyMoreCountsNoLonger() async throws {
        try await Road.with { road in
            try await road.replyADayLater()
            #expect(try await road.count(Self.used) == 2)
            try await road.work()
            #expect(try await road.messages().map(\.status) == ["sent", "failed"])
            #expect(try await road.count(Self.used) == 1)
        }
    }
}
