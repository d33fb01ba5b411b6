import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// A reply that nothing waits before is marked as sending by the statement that queues it, and handed over by the same process.
@Suite struct MarkedReplyTests {
    private static let steps: Query = """
        select string_agg(s.status, ' ' order by s.at, s.status <> 'queued') as steps from parley.message_statuses s
        join parley.messages m on m.id = s.message_id where m.direction = 'outbound'
        """
    private static let told: Query = """
        select string_agg(coalesce(data ->> 'status', type), ' ' order by id) as steps from parley.events
        where type in ('message.queued', 'message.status')
        """

    @Test func aReplyIsMarkedWithItsQueueingAndHandedOverOnce() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            let send = try await replied(road)
            #expect(try await road.messages().map(\.status) == ["sending"])
            #expect(road.provider.sent.isEmpty)
            road.advance(1)
            try await road.finish(send, try await road.perform(send))
            #expect(try await road.messages().map(\.status) == ["sent"])
            #expect(road.provider.sent == ["You said: Hi"])
            #expect(try await text(road, Self.steps) == "queued sending sent")
            #expect(try await text(road, Self.told) == "message.queued sending sent")
            #expect(
                try await road.count("select attempts as count from parley.messages where direction = 'outbound'") == 1)
            #expect(try await road.count("select count(*) as count from parley.jobs") == 0)
        }
    }

    /// Whoever takes up the work of a process that died in between finds what any death behind the mark leaves.
    @Test func whatADeadProcessHadMarkedIsLookedUpAndNeverRepeated() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            _ = try await replied(road)
            try await road.loseLeases()
            // Its claim is another one.
            let job = try #require(try await road.queue.claim())
            #expect(try await road.perform(job) == .snooze(until: road.now + 1))
            #expect(road.provider.sent.isEmpty)
            #expect(try await road.messages().map(\.status) == ["sending"])
        }
    }

    /// A mark without the job that goes with it would never be looked after.
    @Test func aReplyWhoseJobHasToWaitIsNotMarked() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            road.composes { _ in
                // Its lease is lost while the reply is written.
                try await road.database.owner.query("update parley.jobs set claim = claim + 1")
                return ComposedReply(text: "Hello", reason: "-")
            }
            let send = try await replied(road)
            #expect(try await road.messages().map(\.status) == ["queued"])
            _ = try await road.perform(send)
            #expect(road.provider.sent.isEmpty)
            try await road.database.owner.query("delete from parley.jobs where state = 'running'")
            try await road.work()
            #expect(road.provider.sent == ["Hello"])
        }
    }

    /// The provider shows what it gets in the order it gets it.
    @Test func aReplyBehindAnotherMessageWaitsForIt() async throws {
        try await Road.with { road in
            try await road.database.owner.query("update parley.organizations set welcome_message = 'Welcome'")
            try await road.receive("Hi")
            road.advance(3)
            let send = try await replied(road)
            #expect(try await road.messages().map(\.status) == ["queued", "queued"])
            try await road.finish(send, try await road.perform(send))
            #expect(road.provider.sent == ["Welcome", "You said: Hi"])
        }
    }

    @Test func ofALongReplyTheFirstPartIsMarked() async throws {
        try await Road.with { road in
            let long = (1...2400).map { "\($0)" }.joined(separator: " ")
            road.composes { _ in ComposedReply(text: long, reason: "-") }
            try await road.receive("Hi")
            road.advance(3)
            let send = try await replied(road)
            let marked = try await road.messages().map(\.status)
            #expect(marked.count > 1 && marked.first == "sending")
            #expect(marked.dropFirst().allSatisfy { $0 == "queued" })
            try await road.finish(send, try await road.perform(send))
            #expect(road.provider.sent.joined(separator: " ") == long)
        }
    }

    /// Marked, it would have to be handed over, and the process may be killed at its deadline.
    @Test func withoutTimeToHandItOverNothingIsMarked() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim([.turn]))
            _ = try await road.turn.run(job, timeout: 5, until: Date())
            #expect(try await road.messages().map(\.status) == ["queued"])
        }
    }

    @Test func whatTheRulesOfSendingForbidIsNotMarked() async throws {
        try await Road.with { road in
            road.composes { _ in
                try await road.database.owner.query("update parley.contacts set opted_out_at = now()")
                return ComposedReply(text: "Hello", reason: "-")
            }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await road.messages().map(\.code) == ["21610"])
            #expect(road.provider.sent.isEmpty)
            #expect(try await text(road, Self.steps) == "queued failed")
        }
    }

    /// It is said under the epoch of people, who have the conversation from then on.
    @Test func aReplyThatCallsForAPersonIsMarkedToo() async throws {
        try await Road.with { road in
            road.composes { _ in ComposedReply(text: "I will call somebody.", wantsHuman: true, reason: "asked") }
            try await road.receive("Hi")
            road.advance(3)
            let send = try await replied(road)
            #expect(try await road.messages().map(\.status) == ["sending"])
            try await road.finish(send, try await road.perform(send))
            #expect(road.provider.sent == ["I will call somebody."])
            #expect(
                try await text(road, "select owner || ' ' || status as steps from parley.conversations")
                    == "human pending")
        }
    }

    /// Whoever looks after it knows by then that nobody hands it over.
    @Test func aMarkThatIsOlderThanTheLeaseIsLookedUp() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            let marked = MarkedReplies()
            let sender = road.provider.sender
            let turn = Turn(
                database: road.database.app, clock: road.clock, ids: road.ids, composer: road.composer,
                sender: { _ in sender }, lease: 0.05, marked: marked)
            let job = try #require(try await road.queue.claim([.turn]))
            guard case .recorded(let send?) = try await turn.run(job, timeout: 5, until: .distantFuture) else {
                throw TestSetupError("no reply")
            }
            try await Task.sleep(for: .milliseconds(60))
            let outbox = Outbox(
                database: road.database.app, clock: road.clock, ids: road.ids, sender: { _ in sender }, marked: marked)
            #expect(try await outbox.run(send, until: Date() + 20) == .snooze(until: road.now + 1))
            #expect(road.provider.sent.isEmpty)
        }
    }

    /// Runs the due turn. The job that sends its reply.
    private func replied(_ road: Road) async throws -> Job {
        let job = try #require(try await road.queue.claim([.turn]))
        guard case .recorded(let send?) = try await road.perform(job) else { throw TestSetupError("no reply") }
        return send
    }

    private func text(_ road: Road, _ query: Query) async throws -> String {
        try #require(try await road.database.owner.query(query).first)["steps"]
    }
}
