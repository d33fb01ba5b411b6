import Conversation
import Domain
import FoundationEssentials
import Jobs
import Outbound
import Postgres
import Store
import Support
import Synchronization
import Testing

@Suite struct JobRunnerTests {
    /// The host's own Postgres has room for what is declared.
    @Test func theDeclarationCountsTheConnections() throws {
        #expect(try Declared.connections(of: "RunJobs") == JobHandler.connections)
    }

    /// Each job may be asking its model and showing that it types.
    @Test func everyJobHasItsOutgoingConnections() {
        #expect(HTTPClient.mostAtOnce >= 2 * RunnerPace().places)
    }

    private let organization = OrganizationID(UUID())
    private static let bulk = JobKind("bulk", timeout: 5, attempts: 3, share: .init(perOrganization: 100))
    private static let urgent = JobKind(
        "urgent", priority: .reply, timeout: 5, attempts: 3, share: .init(perOrganization: 100))

    private func with(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try await database.owner.query(.insert(organization: organization, at: Date()))
            try await body(database)
        }
    }

    private func enqueue(_ kind: JobKind, _ key: String, in database: TestDatabase, after seconds: Double = 0)
        async throws
    {
        let now = Date()
        try await database.app.pipeline(
            for: organization,
            [.enqueue(kind, key: key, for: organization, id: JobID(UUID()), due: now + seconds, at: now)])
    }

    @Test func aRunThatFindsNothingEndsAtOnce() async throws {
        try await with { database in
            let host = RunnerHost(database) { _, _ in .done }
            let began = ContinuousClock.now
            host.wake()
            let worked = try await host.finish()
            #expect(worked == 0)
            // One that listens on stays for three.
            #expect(ContinuousClock.now - began < .seconds(2.5))
            #expect(try await database.owner.query("select from parley.idle_runners").isEmpty)
        }
    }

    @Test func whatFallsDueSoonIsWaitedForAndDoneInTime() async throws {
        try await with { database in
            let done = Mutex<Date?>(nil)
            let host = RunnerHost(database) { _, _ in
                done.withLock { $0 = Date() }
                return .done
            }
            // Well before the second look.
            let due = Date() + 1.1
            try await enqueue(.turn, "a", in: database, after: 1.1)
            host.wake()
            #expect(try await host.finish() == 1)
            let late = try #require(done.withLock { $0 }).timeIntervalSince(due)
            #expect((-0.01..<0.8).contains(late), "\(late)")
        }
    }

    @Test func aListeningRunnerIsCalledAndNoneIsInvoked() async throws {
        try await with { database in
            let times = Mutex<[String: ContinuousClock.Instant]>([:])
            let host = RunnerHost(database) { job, _ in
                times.withLock { $0[job.key] = .now }
                return .done
            }
            try await enqueue(.turn, "a", in: database)
            host.wake()
            try await eventually { times.withLock { $0["a"] } != nil }
            try await Task.sleep(for: .milliseconds(100))
            try await enqueue(.turn, "b", in: database)
            let called = ContinuousClock.now
            #expect(try await database.app.query(.callRunner()).first?["called"] == true)
            try await eventually { times.withLock { $0["b"] } != nil }
            let took = try #require(times.withLock { $0["b"] }) - called
            // Without a call it is seen at the next look, nearly a second later.
            #expect(took < .milliseconds(800))
            #expect(try await host.finish() == 2)
            #expect(host.invocations == 1)
            #expect(try await database.app.query(.callRunner()).first?["called"] == false)
            #expect(try await database.app.query(.callRunner(dueIn: 59)).first?["called"] == false)
            // No runner stays for that: the sweep finds it.
            #expect(try await database.app.query(.callRunner(dueIn: 61)).first?["called"] == true)
        }
    }

    @Test func jobsRunSideBySideAndSomePlacesAreKeptForWhatIsUrgent() async throws {
        try await with { database in
            let running = Mutex<[String: Int]>([:])
            let most = Mutex<[String: Int]>([:])
            var pace = RunnerPace()
            pace.places = 6
            pace.reserved = 2
            pace.linger = 0.1
            let host = RunnerHost(database, kinds: [Self.bulk, Self.urgent], most: 1, pace: pace) { job, _ in
                let now = running.withLock { running in
                    running[job.kind.name, default: 0] += 1
                    return running[job.kind.name] ?? 0
                }
                most.withLock { $0[job.kind.name] = max($0[job.kind.name] ?? 0, now) }
                try await Task.sleep(for: .milliseconds(150))
                running.withLock { $0[job.kind.name, default: 1] -= 1 }
                return .done
            }
            for number in 0..<12 { try await enqueue(Self.bulk, "\(number)", in: database) }
            host.wake()
            try await eventually { running.withLock { $0["bulk"] } == 4 }
            for number in 0..<2 { try await enqueue(Self.urgent, "\(number)", in: database) }
            _ = try await database.app.query(.callRunner())
            #expect(try await host.finish() == 14)
            #expect(most.withLock { $0 } == ["bulk": 4, "urgent": 2])
        }
    }

    @Test func aJobThatTakesTooLongIsStoppedAndTriedAgain() async throws {
        let slow = JobKind(
            "slow", timeout: 0.2, attempts: 2, backoff: Backoff(base: 0.1, limit: 0.1), share: .init(perOrganization: 1)
        )
        try await with { database in
            var pace = RunnerPace()
            pace.linger = 0.5
            let host = RunnerHost(database, kinds: [slow], pace: pace) { _, _ in
                try await Task.sleep(for: .seconds(30))
                return .done
            }
            try await enqueue(slow, "a", in: database)
            host.wake()
            #expect(try await host.finish() == 2)
            let rows = try await database.owner.query("select state, last_error from parley.jobs")
            #expect(try rows.first?["state"] == "dead")
            let reason: String? = try rows.first?["last_error"]
            #expect(reason?.contains("longer") == true)
        }
    }

    private func eventually(_ isTrue: () -> Bool) async throws {
        for _ in 0..<1000 {
            if isTrue() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("it did not happen within 5 s")
    }
}
