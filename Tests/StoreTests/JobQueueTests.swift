import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct JobQueueTests {
    private static let organization = OrganizationID(UUID())
    private static let start = Date(timeIntervalSince1970: 1_795_369_234)

    private func queue(_ database: TestDatabase, at date: Date = start, lease: Double = 15) -> JobQueue {
        JobQueue(database: database.app, clock: .fixed(date), randomness: .system, lease: lease)
    }

    private func with(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try await database.owner.query(.insert(organization: Self.organization, at: Self.start))
            try await body(database)
        }
    }

    private func enqueue(_ database: TestDatabase, _ kind: Job.Kind = .turn, key: String, due: Double = 0) async throws
    {
        try await database.app.pipeline(
            for: Self.organization,
            [
                .enqueue(
                    kind, key: key, for: Self.organization, id: JobID(UUID()), due: Self.start.addingTimeInterval(due),
                    at: Self.start)
            ])
    }

    @Test func jobsComeInTheOrderTheyFallDueAndNotBefore() async throws {
        try await with { database in
            for (key, due) in [("c", 3.0), ("a", -2), ("b", -1)] { try await enqueue(database, key: key, due: due) }
            let queue = queue(database)
            let first = try #require(try await queue.claim(horizon: 0))
            #expect(first.job.key == "a")
            #expect(first.more)
            let second = try #require(try await queue.claim(horizon: 0))
            #expect(second.job.key == "b")
            #expect(!second.more)
            #expect(try await queue.claim(horizon: 0) == nil)
        }
    }

    @Test func oneKeyNeverRunsTwiceAtOnceButAnotherKindMay() async throws {
        try await with { database in
            let queue = queue(database)
            try await enqueue(database, key: "a")
            let running = try #require(try await queue.claim(horizon: 0)).job
            try await enqueue(database, key: "a")
            #expect(try await queue.claim(horizon: 0) == nil)
            try await enqueue(database, .send, key: "a")
            #expect(try await queue.claim(horizon: 0)?.job.kind == .send)
            try await queue.finish(running, .done)
            #expect(try await queue.claim(horizon: 0)?.job.kind == .turn)
        }
    }

    @Test func manyClaimersGetEachJobOnce() async throws {
        try await with { database in
            for number in 0..<40 { try await enqueue(database, key: "\(number)") }
            let queue = queue(database)
            let keys = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var keys: [String] = []
                        while let claimed = try await queue.claim(horizon: 0) { keys.append(claimed.job.key) }
                        return keys
                    }
                }
                var all: [String] = []
                for try await some in group { all += some }
                return all
            }
            #expect(keys.count == 40)
            #expect(Set(keys).count == 40)
        }
    }

    @Test func aLostLeaseIsTakenUpAndItsOwnerCanFinishNothing() async throws {
        try await with { database in
            try await enqueue(database, key: "a")
            let slow = queue(database, lease: 0)
            let lost = try #require(try await slow.claim(horizon: 0)).job
            let taken = try #require(try await queue(database).claim(horizon: 0)).job
            #expect(taken.id == lost.id)
            #expect(taken.wasLost)
            #expect(taken.claim == lost.claim + 1)
            #expect(try await !slow.renew(lost))
            try await slow.finish(lost, .done)
            #expect(try await queue(database).renew(taken))
        }
    }

    @Test func aFailureWaitsLongerEachTimeAndIsDeadInTheEnd() async throws {
        try await with { database in
            try await enqueue(database, key: "a")
            var now = Self.start
            var tries = 0
            while let job = try await queue(database, at: now).claim(horizon: 0)?.job {
                tries += 1
                try await queue(database, at: now).finish(job, .retry(after: nil, reason: "broken"))
                now += 400
            }
            #expect(tries == 12)
            let rows = try await database.owner.query("select state, last_error from parley.jobs")
            #expect(try rows.first?["state"] == "dead")
            #expect(try rows.first?["last_error"] == "broken")
        }
    }

    @Test func aRetryMeetsTheSameWorkEnqueuedAgain() async throws {
        try await with { database in
            let queue = queue(database)
            try await enqueue(database, key: "a")
            let job = try #require(try await queue.claim(horizon: 0)).job
            try await enqueue(database, key: "a")
            try await queue.finish(job, .retry(after: 60, reason: "broken"))
            let rows = try await database.owner.query("select state, attempts from parley.jobs")
            #expect(rows.count == 1)
            #expect(try rows.first?["attempts"] == 1)
        }
    }

    @Test func aSnoozeCostsNoAttempt() async throws {
        try await with { database in
            try await enqueue(database, key: "a")
            for round in 0..<20 {
                let now = Self.start + Double(round)
                let job = try #require(try await queue(database, at: now).claim(horizon: 0)).job
                #expect(job.attempts == 1)
                try await queue(database, at: now).finish(job, .snooze(until: now + 1))
            }
        }
    }

    @Test func anotherOrganizationsJobsCanBeSeenByNobodyButTheClaim() async throws {
        try await with { database in
            try await enqueue(database, key: "a")
            let other = try await database.app.pipeline(for: OrganizationID(UUID()), ["select id from jobs"])
            #expect(other[0].isEmpty)
            #expect(try await database.app.query("select id from jobs").isEmpty)
        }
    }
}
