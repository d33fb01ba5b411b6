/// Statements and transactions on a bounded pool of connections. Function processes use one; the runner and the session worker a
/// few.
///
/// `share`: for whom a connection is wanted. Of those who wait, the one whose share holds the fewest comes first
/// (`ConnectionPool`).
package final class Database: Sendable {
    private let pool: ConnectionPool
    /// How often a transaction that met another one is run in all.
    private static let tries = 4
    /// Seconds between two looks at a database that is away.
    private static let firstPause = 0.02
    private static let longestPause = 0.5

    /// - Parameters:
    ///   - statementTimeout: seconds.
    ///   - patience: seconds that a caller waits for a connection to become free.
    package init(url: String, connections limit: Int = 1, statementTimeout: Double = 30, patience: Double = 10) {
        pool = ConnectionPool(url: url, limit: limit, statementTimeout: statementTimeout, patience: patience)
    }

    /// Runs the body again when the server ended its transaction because it met another one (deadlock, serialization
    /// failure): it left nothing behind. Between the tries up to 20, 40, 80 ms pass. For bodies without effects elsewhere.
    package func repeating<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        for attempt in 1..<Self.tries {
            do {
                return try await body()
            } catch let error as PostgresError where error.isRetryable {
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...(10 << attempt))))
            }
        }
        return try await body()
    }

    /// The same also while the database is away or has no connection, lock or time to give (`isPassing`), for so many seconds:
    /// for who can't come again, like a webhook. The body may have been committed without our hearing of it: one that is run
    /// again must change nothing then.
    package func persisting<Result: Sendable>(
        for seconds: Double, _ body: () async throws -> Result
    ) async throws -> Result {
        let end = ContinuousClock.now + .seconds(seconds)
        var pause = Self.firstPause
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.isPassing && .now + .seconds(pause) < end {
                try await Task.sleep(for: .seconds(pause * Double.random(in: 0.5...1)))
                pause = min(2 * pause, Self.longestPause)
            }
        }
    }

    /// Runs statements outside any explicit transaction, on one leased connection.
    package func withConnection<Result: Sendable>(
        for share: String? = nil, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try await pool.lease(for: share)
        do {
            let result = try await body(connection)
            await pool.release(connection, of: share)
            return result
        } catch {
            await pool.release(connection, of: share)
            throw error
        }
    }

    /// One statement, one implicit transaction.
    @discardableResult
    package func query(_ query: Query) async throws -> [Row] {
        try await repeating { try await withConnection { try await $0.query(query) } }
    }

    /// BEGIN, the body, COMMIT; ROLLBACK when the body throws. `opening` runs in the same round trip as BEGIN.
    package func transaction<Result: Sendable>(
        for share: String? = nil, opening: [Query] = [], _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let (connection, _) = try await begun(opening, for: share)
        return try await ending(connection, of: share) {
            let result = try await body(connection)
            try await connection.query("commit")
            return result
        }
    }

    /// A transaction that reads, decides and writes, in two round trips: `reading` goes out with BEGIN, and what `decide`
    /// wants written with COMMIT. `decide` may ask for more in between, and has no effects elsewhere: it is run again when the
    /// transaction met another one.
    /// - Parameter first: a transaction of its own that is committed before, in the same round trip. When this is repeated it
    ///   is too: its statements change nothing the second time.
    /// - Parameter last: a transaction of its own behind it, in the round trip of COMMIT.
    package func committing<Result: Sendable>(
        for share: String? = nil, behind last: Query? = nil, first: [Query] = [], reading queries: [Query],
        _ decide: (Connection, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result> {
        try await repeating {
            let (connection, answers) = try await begun(queries, first: first, for: share)
            return try await ending(connection, of: share) {
                let (result, writes) = try await decide(connection, answers)
                let answers = try await connection.pipeline(writes + ["commit"] + (last.map { [$0] } ?? []))
                return Committed(result, written: Array(answers.prefix(writes.count)))
            }
        }
    }

    /// ROLLBACK when the body throws; the connection is given back.
    private func ending<Result: Sendable>(
        _ connection: Connection, of share: String?, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await body()
            await pool.release(connection, of: share)
            return result
        } catch {
            // A rollback that fails leaves a connection that `release` throws away.
            _ = try? await connection.query("rollback")
            await pool.release(connection, of: share)
            throw error
        }
    }

    /// A connection on which the transaction has begun. An idle connection may have died since its last use (the server
    /// restarted), or what was prepared on it is gone (a pooler that hides itself); nothing has happened yet, so one other
    /// connection is tried.
    private func begun(
        _ opening: [Query], first: [Query] = [], for share: String?
    ) async throws -> (Connection, answers: [[Row]]) {
        let before = first.isEmpty ? [] : ["begin"] + first + ["commit"]
        for attempt in 0...pool.limit {
            let connection = try await pool.lease(for: share)
            do throws(PostgresError) {
                let answers = try await connection.pipeline(before + ["begin"] + opening)
                return (connection, Array(answers.dropFirst(before.count + 1)))
            } catch {
                await pool.release(connection, of: share)
                guard error.code == .connection || error.isAboutPreparation, attempt < pool.limit else { throw error }
            }
        }
        throw PostgresError(.connection, detail: "no usable connection")
    }

    package func close() async { await pool.close() }
}

/// What a transaction decided, and the answers to what it wrote, in the order of the statements.
package struct Committed<Result: Sendable>: Sendable {
    package let result: Result
    package let written: [[Row]]

    package init(_ result: Result, written: [[Row]] = []) {
        self.result = result
        self.written = written
    }
}
