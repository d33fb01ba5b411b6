import Domain
import Postgres
import Support
import Synchronization
import Testing

@testable import SessionWorker

/// A database that is away is asked less and less often, and complained about once.
@Suite(.timeLimit(.minutes(1))) struct WakeupTests {
    /// The host's own Postgres has room for what is declared.
    @Test func theDeclarationCountsTheConnections() throws {
        #expect(try Declared.connections(of: "SessionWorker") == Main.connections)
    }

    @Test func aDatabaseThatIsAwayIsReportedOnceAndLeftAloneLongerAndLonger() async throws {
        let reports = Mutex(0)
        let pauses = Mutex<[Double]>([])
        let wakeups = Wakeups(
            url: "postgresql://nobody@127.0.0.1:1/nothing", randomness: Randomness { [UInt8](repeating: 0, count: $0) },
            report: { _ in reports.withLock { $0 += 1 } }, backoff: Backoff(base: 1, limit: 8),
            pause: { seconds in
                let count = pauses.withLock { pauses in
                    pauses.append(seconds)
                    return pauses.count
                }
                if count == 6 { withUnsafeCurrentTask { $0?.cancel() } }
            })
        await Task { await wakeups.listen { _ in } }.value
        #expect(reports.withLock { $0 } == 1)
        #expect(pauses.withLock { $0 } == [0.5, 1, 2, 4, 4, 4], "half of each is by chance, here none")
    }

    @Test func troubleThatComesBackIsReportedAgain() async throws {
        try await TestDatabase.with { database in
            let reports = Mutex(0)
            let heard = Mutex(0)
            let wakeups = Wakeups(
                url: database.appURL, randomness: .system, report: { _ in reports.withLock { $0 += 1 } },
                backoff: Backoff(base: 0.01, limit: 0.02))
            let listening = Task { await wakeups.listen { _ in heard.withLock { $0 += 1 } } }
            for round in 1...2 {
                _ = try await eventually("calls to be heard") { heard.withLock { $0 } >= round ? true : nil }
                try await database.owner.query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and query like 'listen parley_lines%'
                    """)
                _ = try await eventually("a report") { reports.withLock { $0 } >= round ? true : nil }
            }
            listening.cancel()
            await listening.value
        }
    }
}
