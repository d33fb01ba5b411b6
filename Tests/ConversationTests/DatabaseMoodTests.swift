import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// A database that is slow or away is nobody's fault who waits for an answer: it uses up no tries, and that has an end too.
@Suite struct DatabaseMoodTests {
    /// Everything that inserts or changes messages runs into a time-out.
    private func slow(_ road: Road) async throws {
        try await road.database.owner.query(
            """
            create function public.slow() returns trigger language plpgsql as
                $$ begin raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end $$
            """)
        try await road.database.owner.query(
            "create trigger slow before insert or update on parley.messages for each row execute function public.slow()"
        )
    }

    private func well(_ road: Road) async throws {
        try await road.database.owner.query("drop trigger slow on parley.messages")
    }

    /// One try of the due turn, as a runner makes it.
    private func tryTurn(_ road: Road) async throws -> JobOutcome? {
        road.advance(60)
        guard let job = try await road.queue.claim([.turn]) else { return nil }
        let outcome: JobOutcome
        do {
            outcome = try await road.queue.keepingLease(of: job) { try await road.perform(job) }
        } catch { outcome = JobOutcome(failure: error) }
        try await road.finish(job, outcome)
        return outcome
    }

    @Test func aTurnThatMeetsASlowDatabaseLosesNoTry() async throws {
        try await Road.with { road in
            try await road.receive("Are you open?")
            try await slow(road)
            // More often than a reply is tried.
            for _ in 0..<8 {
                guard case .postpone = try await tryTurn(road) else {
                    Issue.record("it was not put off")
                    return
                }
            }
            try await well(road)
            _ = try await tryTurn(road)
            try await road.settle()
            #expect(road.provider.sent == ["You said: Are you open?"])
            let pending = try await road.count("select count(*) from parley.conversations where status = 'pending'")
            #expect(pending == 0, "a person was called for nothing")
        }
    }

    @Test func aDatabaseThatFailsOneTurnForEverIsGivenUpOn() async throws {
        try await Road.with { road in
            try await road.receive("Are you open?")
            try await slow(road)
            var tries = 0
            while try await tryTurn(road) != nil, tries < 100 { tries += 1 }
            #expect(tries <= JobQueue.mostFreeClaims + JobKind.turn.attempts)
            let pending = try await road.count("select count(*) from parley.conversations where status = 'pending'")
            #expect(pending == 1, "nobody was told")
        }
    }

    /// The model's answer is not to blame either, when what it needs can't be read.
    @Test func aComposerThatMeetsASlowDatabaseLosesNoTry() async throws {
        try await Road.with { road in
            try await road.receive("Are you open?")
            road.composes { _ in throw PostgresError(.timeout, detail: "the statement took too long") }
            for _ in 0..<8 {
                guard case .postpone = try await tryTurn(road) else {
                    Issue.record("it was not put off")
                    return
                }
            }
            road.composes { _ in throw PostgresError.decoding("a bug of ours") }
            guard case .retry = try await tryTurn(road) else {
                Issue.record("a bug is a try")
                return
            }
        }
    }

    /// A process can't keep a lease that runs out while there is no server.
    @Test func aLeaseThatRanOutWhileTheServerWasAwayCostsNoTry() async throws {
        try await Road.with { road in
            try await road.receive("Are you open?")
            road.advance(60)
            let first = try #require(try await road.queue.claim([.turn]))
            try await road.database.owner.query(
                "update parley.jobs set leased_until = pg_postmaster_start_time() - interval '1 second' where state = 'running'"
            )
            let second = try #require(try await road.queue.claim([.turn]))
            #expect(second.id == first.id && second.attempts == first.attempts && second.claim == first.claim + 1)
            try await road.loseLeases()
            let third = try #require(try await road.queue.claim([.turn]))
            #expect(third.attempts == second.attempts + 1, "a process that died")
            try await road.database.owner.query(
                """
                update parley.jobs set leased_until = pg_postmaster_start_time() - interval '1 second',
                    claim = \(JobQueue.mostFreeClaims)
                """)
            let last = try #require(try await road.queue.claim([.turn]))
            #expect(last.attempts == third.attempts + 1, "that has an end")
        }
    }

    @Test func anOutcomeIsWrittenDownWhenTheDatabaseIsBack() async throws {
        try await Road.with { road in
            try await road.receive("Are you open?")
            road.advance(60)
            let job = try #require(try await road.queue.claim([.turn]))
            try await road.database.owner.query(
                """
                create function public.away() returns trigger language plpgsql as
                    $$ begin raise exception 'no time' using errcode = '55P03'; end $$
                """)
            try await road.database.owner.query(
                "create trigger away before delete on parley.jobs for each row execute function public.away()")
            let queue = road.queue
            async let finished = queue.finish(job, .done, claiming: [], after: nil, patience: 20)
            try await Task.sleep(for: .milliseconds(200))
            try await road.database.owner.query("drop trigger away on parley.jobs")
            _ = try await finished
            #expect(try await road.count("select count(*) from parley.jobs") == 0)
        }
    }

    /// Most providers deliver a message once.
    @Test func aMessageWaitsForADatabaseThatIsAway() async throws {
        try await Road.with { road in
            try await slow(road)
            async let receipt = road.receive("Are you open?")
            try await Task.sleep(for: .milliseconds(300))
            try await well(road)
            #expect(try await receipt.isNew)
        }
    }
}
