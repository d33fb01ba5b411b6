import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// K22: a message that will not arrive is a person's to look at; one that waits for another try says so, and only then.
@Suite struct RefusalTests {
    private func status(_ road: Road) async throws -> String? {
        try await road.database.owner.query("select status from parley.conversations").first?["status"]
    }

    /// As Twilio lists it; its report comes later and finds the message failed already.
    @Test func anOptOutFoundByLookingIsRemembered() async throws {
        try await Road.with { road in
            road.provider.answers(takingAnyway: true) { _ in .unknown(reason: "timed out") }
            road.provider.becomes(.failed, optsOut: true)
            try await road.receive("Hi")
            try await road.settle()
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["failed"])
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
            #expect(try await status(road) == "open", "who wants no messages waits for nobody")
        }
    }

    @Test(arguments: ["20003", "63007", "21211"])
    func aPermanentRefusalCallsAPerson(_ code: String) async throws {
        try await Road.with { road in
            road.provider.answers { _ in .refused(code: code, reason: "No.") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await status(road) == "pending")
            #expect(try await road.decisions().last == "provider stopped")
        }
    }

    @Test func whoOptedOutWaitsForNobody() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .optedOut(code: "63033", reason: "Opted out") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await status(road) == "open")
        }
    }

    @Test func aReplyBehindTheWindowCallsAPerson() async throws {
        try await Road.with { road in
            try await road.replyADayLater()
            try await road.work()
            #expect(try await road.messages().last?.code == "63016")
            #expect(try await status(road) == "pending")
        }
    }

    @Test func onlyWhatIsQueuedSaysThatItWillBeTriedAgain() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .later(after: nil, reason: "Too many at once.") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await Self.reason(road) == "Too many at once. It will be tried again.")
            for _ in 0..<12 { road.advance(400); try await road.work() }
            #expect(try await road.messages().map(\.status) == ["failed"])
            #expect(try await Self.reason(road) == "Too many at once.")
            #expect(try await status(road) == "pending")
        }
    }

    private static func reason(_ road: Road) async throws -> String? {
        try await road.database.owner.query(
            "select error_reason from parley.messages where direction = 'outbound'"
        ).first?["error_reason"]
    }

    /// The answer was lost; the provider's list says how far the message came meanwhile.
    @Test(arguments: [MessageStatus.sent, .delivered, .read, .failed])
    func aMessageFoundByLookingIsWhatTheProviderSays(_ found: MessageStatus) async throws {
        try await Road.with { road in
            road.provider.answers(takingAnyway: true) { _ in .unknown(reason: "timed out") }
            road.provider.becomes(found)
            try await road.receive("Hi")
            try await road.settle()
            try await road.settle()
            #expect(try await road.messages().map(\.status) == [found.rawValue])
            #expect(try await status(road) == (found == .failed ? "pending" : "open"))
            let sent = try await road.count("select count(*) from parley.messages where sent_at is not null")
            #expect(sent == (found == .failed ? 0 : 1))
        }
    }
}
