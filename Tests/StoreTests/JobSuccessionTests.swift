import Domain
import FoundationEssentials
import Postgres
import Support
import Testing

@testable import Store

/// A job that ends with its work and the one that follows it in its place.
@Suite struct JobSuccessionTests {
    private let organization = OrganizationID(UUID())
    private static let start = Date(timeIntervalSince1970: 1_795_369_234)

    /// A turn that was claimed, and the send that its process means to do next.
    private func with(_ body: (TestDatabase, JobQueue, _ turn: Job, _ send: Job) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try await database.owner.query(.insert(organization: organization, at: Self.start))
            let queue = JobQueue(database: database.app, clock: .fixed(Self.start), randomness: .system, lease: 15)
            try await database.app.pipeline(for: organization, [enqueue(.turn, key: "a")])
            let turn = try #require(try await queue.claim())
            try await body(database, queue, turn, Job(claimed: JobID(UUID()), .send, key: "a", for: organization))
        }
    }

    private func enqueue(_ kind: JobKind, key: String) -> Query {
        .enqueue(kind, key: key, for: organization, id: JobID(UUID()), due: Self.start, at: Self.start)
    }

    private func end(_ turn: Job, _ send: Job, in database: TestDatabase) async throws -> Bool {
        try await database.app.pipeline(
            for: organization, [.end(turn, enqueuing: send, lease: 15, at: Self.start)])
        return try await isHeld(send, in: database)
    }

    private func isHeld(_ job: Job, in database: TestDatabase) async throws -> Bool {
        !(try await database.app.pipeline(for: organization, [.isHeld(job)])[0].isEmpty)
    }

    @Test func itIsHeldByWhoeverHeldTheOneThatEnded() async throws {
        try await with { database, queue, turn, send in
            #expect(try await end(turn, send, in: database))
            #expect(try await queue.claim() == nil)
            #expect(try await queue.renew(send))
            try await queue.finish(send, .done)
            #expect(try await database.owner.query("select from parley.jobs").isEmpty)
        }
    }

    @Test func itIsFoundAgainWhenItsProcessDies() async throws {
        try await with { database, queue, turn, send in
            #expect(try await end(turn, send, in: database))
            try await database.owner.query("update parley.jobs set leased_until = now() - interval '1 second'")
            let again = try #require(try await queue.claim())
            #expect(again.id == send.id)
            #expect(again.attempts == 2)
            #expect(try await !isHeld(send, in: database))
        }
    }

    @Test func whoLostTheLeaseGetsNothing() async throws {
        try await with { database, queue, turn, send in
            try await database.owner.query("update parley.jobs set leased_until = now() - interval '1 second'")
            let other = try #require(try await queue.claim())
            #expect(try await !end(turn, send, in: database))
            let sent = try #require(try await queue.claim())
            #expect(sent.id == send.id)
            // What the first one still writes of it changes nothing: it is the second one's.
            try await queue.finish(send, .done)
            #expect(try await isHeld(sent, in: database))
            #expect(try await isHeld(other, in: database))
        }
    }

    @Test func itWaitsWhileWorkOfItsKeyRuns() async throws {
        try await with { database, queue, turn, send in
            try await database.app.pipeline(for: organization, [enqueue(.send, key: "a")])
            let running = try #require(try await queue.claim([.send]))
            #expect(try await !end(turn, send, in: database))
            #expect(try await queue.claim() == nil)
            try await queue.finish(running, .done)
            #expect(try await queue.claim()?.id == send.id)
        }
    }

    @Test func nobodyGetsMoreThanItsShareByIt() async throws {
        try await with { database, queue, turn, send in
            for number in 0..<JobKind.send.share.perOrganization {
                try await database.app.pipeline(for: organization, [enqueue(.send, key: "\(number)")])
                #expect(try await queue.claim([.send]) != nil)
            }
            #expect(try await !end(turn, send, in: database))
            #expect(try await queue.claim([.send]) == nil)
        }
    }
}
