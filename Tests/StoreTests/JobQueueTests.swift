import Domain
import FoundationEssentials
import Postgres
import Support
import Testing

@testable import Store

@Suite struct JobQueueTests {
    private static let organization = OrganizationID(UUID())
    private static let start = Date(timeIntervalSince1970: 1_795_369_234)

    private static let bulk = JobKind(
        "bulk", timeout: 5, attempts: 3, share: .init(perOrganization: 2, perDestination: 2))

    private func queue(
        _ database: TestDatabase, at date: Date = start, lease: Double = 15, kinds: [JobKind] = [.send, .turn]
    ) -> JobQueue {
        JobQueue(database: database.app, clock: .fixed(date), randomness: .system, kinds: kinds, lease: lease)
    }

    private func with(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try await database.owner.query(.insert(organization: Self.organization, at: Self.start))
            try await body(database)
        }
    }

    private func enqueue(
        _ database: TestDatabase, _ kind: JobKind = .turn, key: String, due: Double = 0,
        for organization: OrganizationID = organization, destination: String = ""
    ) async throws {
        try await database.app.pipeline(
            for: organization,
            [
                .enqueue(
                    kind, key: key, for: organization, id: JobID(UUID()), due: Self.start.addingTimeInterval(due),
                    at: Self.start, destination: destination)
            ])
    }

    private func found(_ database: TestDatabase, _ count: Int) async throws -> [OrganizationID] {
        let organizations = (0..<count).map { _ in OrganizationID(UUID()) }
        for organization in organizations {
            try await database.owner.query(.insert(organization: organization, at: Self.start))
        }
        return organizations
    }

    @Test func jobsComeInTheOrderTheyFallDueAndNotBefore() async throws {
        try await with { database in
            for (key, due) in [("c", 3.0), ("a", -2), ("b", -1)] { try await enqueue(database, key: key, due: due) }
            let queue = queue(database)
            #expect(try await queue.claim()?.key == "a")
            #expect(try await queue.claim()?.key == "b")
            #expect(try await queue.claim() == nil)
            #expect(try await self.queue(database, at: Self.start + 3).claim()?.key == "c")
        }
    }

    @Test func oneKeyNeverRunsTwiceAtOnceButAnotherKindMay() async throws {
        try await with { database in
            let queue = queue(database)
            try await enqueue(database, key: "a")
            let running = try #require(try await queue.claim())
            try await enqueue(database, key: "a")
            #expect(try await queue.claim() == nil)
            try await enqueue(database, .send, key: "a")
            #expect(try await queue.claim()?.kind == .send)
            try await queue.finish(running, .done)
            #expect(try await queue.claim()?.kind == .turn)
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
                        while let job = try await queue.claim() {
                            keys.append(job.key)
                            try await queue.finish(job, .done)
                        }
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
            let lost = try #require(try await slow.claim())
            let taken = try #require(try await queue(database).claim())
            #expect(taken.id == lost.id)
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
            while let job = try await queue(database, at: now).claim() {
                tries += 1
                try await queue(database, at: now).finish(job, .retry(after: nil, reason: "broken"))
                now += 400
            }
            #expect(tries == JobKind.turn.attempts)
            let rows = try await database.owner.query("select state, last_error from parley.jobs")
            #expect(try rows.first?["state"] == "dead")
            #expect(try rows.first?["last_error"] == "broken")
        }
    }

    @Test func aRetryMeetsTheSameWorkEnqueuedAgain() async throws {
        try await with { database in
            let queue = queue(database)
            try await enqueue(database, key: "a")
            let job = try #require(try await queue.claim())
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
                let job = try #require(try await queue(database, at: now).claim())
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

    // MARK: Who comes first

    @Test func whatACustomerWaitsForComesBeforeTheRest() async throws {
        try await with { database in
            try await enqueue(database, Self.bulk, key: "old", due: -60)
            try await enqueue(database, .turn, key: "new")
            let queue = queue(database, kinds: [Self.bulk, .turn])
            #expect(try await queue.claim()?.key == "new")
            #expect(try await queue.claim()?.key == "old")
        }
    }

    @Test func theLeastLoadedOrganizationComesFirst() async throws {
        try await with { database in
            let other = try await found(database, 1)[0]
            for number in 0..<10 { try await enqueue(database, key: "\(number)", due: -60) }
            for key in ["late", "later"] { try await enqueue(database, key: key, for: other) }
            let queue = queue(database)
            var served: [OrganizationID] = []
            for _ in 0..<4 { served.append(try #require(try await queue.claim()).organization) }
            #expect(Set(served.prefix(2)) == [Self.organization, other])
            #expect(Set(served.suffix(2)) == [Self.organization, other])
        }
    }

    /// More organizations have work than one look sees: the next look goes on behind the one that was served last.
    @Test func everybodysTurnComes() async throws {
        try await with { database in
            let organizations = try await found(database, 100)
            for organization in organizations {
                for key in ["1", "2"] { try await enqueue(database, key: key, for: organization) }
            }
            let queue = queue(database)
            var last: OrganizationID?
            var served: Set<OrganizationID> = []
            for _ in 0..<100 {
                let job = try #require(try await queue.claim(after: last))
                last = job.organization
                served.insert(job.organization)
                try await queue.finish(job, .done)
            }
            #expect(served.count == 100)
        }
    }

    @Test func nobodyGetsMoreThanItsShare() async throws {
        try await with { database in
            for number in 0..<20 { try await enqueue(database, Self.bulk, key: "\(number)") }
            let queue = queue(database, kinds: [Self.bulk])
            let taken = try await withThrowingTaskGroup(of: Job?.self) { group in
                for _ in 0..<8 { group.addTask { try await queue.claim() } }
                return try await group.reduce(into: [Job]()) { jobs, job in job.map { jobs.append($0) } }
            }
            #expect(taken.count == 2)
            #expect(try await queue.claim() == nil)
            try await queue.finish(try #require(taken.first), .done)
            #expect(try await queue.claim() != nil)
        }
    }

    @Test func aDeadHostHoldsUpNobodyElse() async throws {
        try await with { database in
            let organizations = try await found(database, 5)
            for organization in organizations {
                try await enqueue(
                    database, Self.bulk, key: "dead", due: -60, for: organization, destination: "dead.example")
            }
            try await enqueue(database, Self.bulk, key: "alive", for: organizations[0], destination: "alive.example")
            let queue = queue(database, kinds: [Self.bulk])
            var keys: [String] = []
            while let job = try await queue.claim() { keys.append(job.key) }
            #expect(keys.sorted() == ["alive", "dead", "dead"])
        }
    }

    /// A look goes over at most 64 places: those of an organization whose share is used up are one.
    @Test func anOrganizationWithManyDestinationsHidesNobody() async throws {
        try await with { database in
            let organizations = try await found(database, 2).sorted { $0.text < $1.text }
            for number in 0..<100 {
                try await enqueue(
                    database, Self.bulk, key: "\(number)", for: organizations[0], destination: "host\(number)")
            }
            let queue = queue(database, kinds: [Self.bulk])
            for _ in 0..<Self.bulk.share.perOrganization { #expect(try await queue.claim() != nil) }
            #expect(try await queue.claim() == nil)
            try await enqueue(database, Self.bulk, key: "b", for: organizations[1], destination: "other")
            #expect(try await queue.claim(after: organizations[0])?.key == "b")
        }
    }

    @Test func whatAProcessDoesNotKnowWaitsForOneThatDoes() async throws {
        try await with { database in
            try await enqueue(database, Self.bulk, key: "a")
            #expect(try await queue(database).claim() == nil)
            #expect(try await queue(database, kinds: [.turn, Self.bulk]).claim()?.key == "a")
        }
    }

    // MARK: Jobs that kill

    @Test(arguments: [false, true]) func aJobWhoseProcessDiesIsBuriedAfterItsAttempts(throughALine: Bool) async throws {
        try await with { database in
            let line = ChannelID(UUID())
            let kind = throughALine ? JobKind.lineSend : Self.bulk
            try await enqueue(database, kind, key: "a", destination: throughALine ? line.text : "")
            let queue = queue(database, lease: 0, kinds: [kind])
            var tries = 0
            while throughALine ? try await queue.claim(destinations: [line]) != nil : try await queue.claim() != nil {
                tries += 1
                try #require(tries < 100, "it is taken for ever")
            }
            #expect(tries == kind.attempts)
            let dead = try await database.owner.query("select state, last_error from parley.jobs")
            #expect(try dead.first?["state"] == "dead")
            let reason: String? = try dead.first?["last_error"]
            #expect(reason?.contains("died") == true)
            let events = try await database.owner.query(
                "select data->>'kind' as kind from parley.events where type = 'job.dead'")
            #expect(try events.map { try $0["kind"] } == [kind.name])
            let counts = try await database.app.query("select kind, dead from job_counts(\(Self.start))")
            #expect(try counts.first?["dead"] == 1)
        }
    }

    // MARK: Timers

    @Test func aTimerCanBeMoved() async throws {
        try await with { database in
            func timer(due: Double) -> Query {
                .schedule(
                    Self.bulk, key: "reminder", for: Self.organization, id: JobID(UUID()), due: Self.start + due,
                    at: Self.start)
            }
            try await database.app.pipeline(for: Self.organization, [timer(due: 60)])
            try await database.app.pipeline(for: Self.organization, [timer(due: 3600)])
            #expect(try await queue(database, at: Self.start + 120, kinds: [Self.bulk]).claim() == nil)
            #expect(try await queue(database, at: Self.start + 7200, kinds: [Self.bulk]).claim() != nil)
        }
    }

    // MARK: Size

    /// However much of one organization waits, a claim reads a few entries of an index.
    @Test func aHundredThousandDueJobsDontSlowDownAClaim() async throws {
        try await with { database in
            let other = try await found(database, 1)[0]
            try await database.owner.query(
                """
                insert into parley.jobs (organization_id, id, kind, key, state, run_at, created_at)
                select \(Self.organization), gen_random_uuid(), 'bulk', n::text, 'ready', \(Self.start), \(Self.start)
                from generate_series(1, 100000) n
                """)
            try await database.owner.query("analyze parley.jobs")
            try await enqueue(database, Self.bulk, key: "other", for: other)
            let queue = queue(database, kinds: [.send, .turn, Self.bulk])
            var times: [Duration] = []
            var served: Set<OrganizationID> = []
            var last: OrganizationID?
            for _ in 0..<40 {
                let began = ContinuousClock.now
                let job = try #require(try await queue.claim(after: last))
                last = job.organization
                times.append(ContinuousClock.now - began)
                served.insert(job.organization)
                try await queue.finish(job, .done)
            }
            #expect(served == [Self.organization, other])
            // The median, round trip included: others use this machine too. Reading the whole backlog takes longer.
            #expect(times.sorted()[20] < .milliseconds(8))
        }
    }

    @Test func nothingThatAClaimAsksReadsTheWholeTable() async throws {
        try await with { database in
            // Its plans are made while the table is empty.
            let first = try await queue(database, kinds: [.send, .turn, Self.bulk]).claim()
            #expect(first == nil)
            try await database.owner.query(
                """
                insert into parley.jobs (organization_id, id, kind, key, state, run_at, created_at)
                select \(Self.organization), gen_random_uuid(), 'bulk', n::text, 'ready', \(Self.start), \(Self.start)
                from generate_series(1, 100000) n
                """)
            let queue = queue(database, kinds: [.send, .turn, Self.bulk])
            let read: Query = """
                select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables
                where schemaname = 'parley' and relname = 'jobs'
                """
            let rows = try await database.app.transaction(opening: []) { connection in
                let answers = try await connection.pipeline(
                    [read, JobClaim(kinds: queue.kinds).query(at: Self.start, lease: 15), read])
                return (try answers[0][0]["read"] as Int, try answers[2][0]["read"] as Int)
            }
            #expect(rows.1 - rows.0 < 50)
        }
    }
}
