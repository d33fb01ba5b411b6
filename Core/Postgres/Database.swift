import Synchronization

/// A bounded pool of connections. Function processes use one; the runner and the session worker a few.
///
/// A connection is leased to one caller at a time and replaced when it broke. Waiting for a lease is first come, first served.
package final class Database: Sendable {
    private let url: String
    private let limit: Int
    private let statementTimeout: Double
    private let state = Mutex(State())

    private struct State {
        var idle: [Connection] = []
        var open = 0
        var waiters: [CheckedContinuation<Connection?, Never>] = []
    }

    package init(url: String, connections limit: Int = 1, statementTimeout: Double = 30) {
        self.url = url
        self.limit = limit
        self.statementTimeout = statementTimeout
    }

    /// Runs statements outside any explicit transaction, on one leased connection.
    package func withConnection<Result: Sendable>(
        _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try await lease()
        do {
            let result = try await body(connection)
            await release(connection)
            return result
        } catch {
            await release(connection)
            throw error
        }
    }

    /// One statement, one implicit transaction.
    @discardableResult
    package func query(_ query: Query) async throws -> [Row] {
        try await withConnection { try await $0.query(query) }
    }

    /// BEGIN, the body, COMMIT; ROLLBACK when the body throws. `opening` runs in the same round trip as BEGIN.
    package func transaction<Result: Sendable>(
        opening: [Query] = [], _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let (connection, _) = try await begun(opening)
        return try await ending(connection) {
            let result = try await body(connection)
            try await connection.query("commit")
            return result
        }
    }

    /// A transaction that reads, decides and writes, in two round trips: `reading` goes out with BEGIN, and what `decide`
    /// wants written with COMMIT. `decide` may ask for more in between.
    package func transaction<Result: Sendable>(
        reading queries: [Query], _ decide: (Connection, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Result {
        let (connection, answers) = try await begun(queries)
        return try await ending(connection) {
            let (result, writes) = try await decide(connection, answers)
            try await connection.pipeline(writes + ["commit"])
            return result
        }
    }

    /// ROLLBACK when the body throws; the connection is given back.
    private func ending<Result: Sendable>(
        _ connection: Connection, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            let result = try await body()
            await release(connection)
            return result
        } catch {
            // A rollback that fails leaves a connection that `release` throws away.
            _ = try? await connection.query("rollback")
            await release(connection)
            throw error
        }
    }

    /// A connection on which the transaction has begun. An idle connection may have died since its last use (the server
    /// restarted); nothing has happened yet, so one other connection is tried.
    private func begun(_ opening: [Query]) async throws -> (Connection, answers: [[Row]]) {
        for attempt in 0...limit {
            let connection = try await lease()
            do throws(PostgresError) {
                return (connection, Array(try await connection.pipeline(["begin"] + opening).dropFirst()))
            } catch {
                await release(connection)
                guard error.code == .connection, attempt < limit else { throw error }
            }
        }
        throw PostgresError(.connection, detail: "no usable connection")
    }

    package func close() async {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            state.open -= state.idle.count
            return state.idle
        }
        for connection in idle { await connection.close() }
    }

    private func lease() async throws(PostgresError) -> Connection {
        if let connection = await takeOrWait() { return connection }
        do throws(PostgresError) {
            return try await Connection.connect(url, statementTimeout: statementTimeout)
        } catch {
            giveUpPlace()
            throw error
        }
    }

    /// An idle connection, or `nil` for the right to open a new one.
    private func takeOrWait() async -> Connection? {
        await withCheckedContinuation { continuation in
            let immediate: Connection?? = state.withLock { state in
                if let connection = state.idle.popLast() { return connection }
                if state.open < limit {
                    state.open += 1
                    return .some(nil)
                }
                state.waiters.append(continuation)
                return nil
            }
            if let immediate { continuation.resume(returning: immediate) }
        }
    }

    private func release(_ connection: Connection) async {
        let usable = await connection.isUsable
        let clean = await !connection.isInTransaction
        guard usable, clean else {
            await connection.close()
            giveUpPlace()
            return
        }
        let waiter = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.idle.append(connection)
                return nil as CheckedContinuation<Connection?, Never>?
            }
            return state.waiters.removeFirst()
        }
        waiter?.resume(returning: connection)
    }

    private func giveUpPlace() {
        let waiter = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.open -= 1
                return nil as CheckedContinuation<Connection?, Never>?
            }
            return state.waiters.removeFirst()
        }
        waiter?.resume(returning: nil)
    }
}
