import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Synchronization
import Testing

@Suite struct JobLeaseTests {
    private let organization = OrganizationID(UUID())

    private func with(lease: Double, _ body: (TestDatabase, JobQueue, Job) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let now = Date()
            try await database.owner.query(.insert(organization: organization, at: now))
            try await database.app.pipeline(
                for: organization,
                [.enqueue(.turn, key: "a", for: organization, id: JobID(UUID()), due: now, at: now)])
            let queue = JobQueue(
                database: database.app, clock: RunnerHost.clock, randomness: .system, lease: lease)
            try await body(database, queue, try #require(try await queue.claim()))
        }
    }

    /// Its own job ended with it, so the lease can't be renewed any more: that is no loss.
    @Test func workThatCameToItsEndHolds() async throws {
        try await with(lease: 0.3) { database, queue, job in
            let outcome = try await queue.keepingLease(of: job) {
                try await queue.finish(job, .done)
                // The renewal meanwhile finds nothing, and cancels this wait.
                try? await Task.sleep(for: .seconds(2))
                return .recorded(next: job)
            }
            #expect(outcome == .recorded(next: job))
        }
    }

    @Test func workWhoseLeaseIsLostIsStopped() async throws {
        try await with(lease: 0.6) { database, queue, job in
            try await database.owner.query("update parley.jobs set claim = claim + 1")
            await #expect(throws: (any Error).self) {
                try await queue.keepingLease(of: job) {
                    try await Task.sleep(for: .seconds(20))
                    return .done
                }
            }
        }
    }

    @Test func aRenewalThatFailsOnceEndsNothing() async throws {
        try await with(lease: 1.5) { database, queue, job in
            let outcome = try await queue.keepingLease(of: job) {
                try await database.owner.query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()
                    """)
                try await Task.sleep(for: .seconds(2))
                return .done
            }
            #expect(outcome == .done)
            #expect(try await queue.renew(job))
        }
    }
}
