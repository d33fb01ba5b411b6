import Synchronization

/// A bounded pool of connections. Function processes use one; the runner and the session worker a few.
///
/// A connection is leased to one caller at a time and replaced when it broke. Waiting for a lease is first come, first served,
/// and ends with an error (`PostgresError.Code.busy`).
package final class Database: Sendable {
    private let url: String
    private let limit: Int
    private let statementTimeout: Double
    /// Seconds that a caller waits for a connection to become free.
    private let patience: Double
    private let state = Mutex(State())
    /// How often a transaction that met another one is run in all.
    private static let tries = 4

    private struct State {
        var idle: [Connection] = []
        var open = 0
        /// The one that waits longest first.
        var waiters: [Waiter] = []
        var isWatched = false
    }

    private struct Waiter {
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Lease, Never>
    }

    /// What waiting came to.
    private enum Lease {
        case connection(Connection)
        /// The right to open a new one.
        case place
        case tooLate
    }

    package init(url: String, connections limit: Int = 1, statementTimeout: Double = 30, patience: Double = 10) {
        self.url = url
        self.limit = limit
        self.statementTimeout = statementTimeout
        self.patience = patience
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
        try await repeating { try await withConnection { try await $0.query(query) } }
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
    /// wants written with COMMIT. `decide` may ask for more in between, and has no effects elsewhere: it is run again when the
    /// transaction met another one.
    /// - Parameter first: a transaction of its own that is committed before, in the same round trip. When this is repeated it
    ///   is too: its statements change nothing the second time.
    /// - Parameter last: a transaction of its own behind it, in the round trip of COMMIT.
    package func committing<Result: Sendable>(
        behind last: Query? = nil, first: [Query] = [], reading queries: [Query],
        _ decide: (Connection, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result> {
        try await repeating {
            let (connection, answers) = try await begun(queries, first: first)
            return try await ending(connection) {
                let (result, writes) = try await decide(connection, answers)
                let answers = try await connection.pipeline(writes + ["commit"] + (last.map { [$0] } ?? []))
                return Committed(result, written: Array(answers.prefix(writes.count)))
            }
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
    private func begun(_ opening: [Query], first: [Query] = []) async throws -> (Connection, answers: [[Row]]) {
        let before = first.isEmpty ? [] : ["begin"] + first + ["commit"]
        for attempt in 0...limit {
            let connection = try await lease()
            do throws(PostgresError) {
                let answers = try await connection.pipeline(before + ["begin"] + opening)
                return (connection, Array(answers.dropFirst(before.count + 1)))
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
        switch await takeOrWait() {
        case .connection(let connection): return connection
        case .tooLate: throw PostgresError(.busy, detail: "all \(limit) connections were busy for \(patience) s")
        case .place:
            do throws(PostgresError) {
                return try await Connection.connect(url, statementTimeout: statementTimeout)
            } catch {
                giveUpPlace()
                throw error
            }
        }
    }

    private func takeOrWait() async -> Lease {
        await withCheckedContinuation { continuation in
            let immediate: Lease? = state.withLock { state in
                if let connection = state.idle.popLast() { return .connection(connection) }
                if state.open < limit {
                    state.open += 1
                    return .place
                }
                state.waiters.append(Waiter(deadline: .now + .seconds(patience), continuation: continuation))
                if !state.isWatched {
                    state.isWatched = true
                    Task { [weak self] in await self?.sendAwayWhoWaitsTooLong() }
                }
                return nil
            }
            if let immediate { continuation.resume(returning: immediate) }
        }
    }

    /// One timer for all, as long as somebody waits: most wait for moments only.
    private func sendAwayWhoWaitsTooLong() async {
        while let next = endWaiting() {
            try? await Task.sleep(until: next, clock: .continuous)
        }
    }

    /// Sends away whose patience is over.
    /// - Returns: when that will be so for the next one; `nil` when nobody waits.
    private func endWaiting() -> ContinuousClock.Instant? {
        let (late, next) = state.withLock { state in
            let late = Array(state.waiters.prefix { $0.deadline <= .now })
            state.waiters.removeFirst(late.count)
            state.isWatched = !state.waiters.isEmpty
            return (late, state.waiters.first?.deadline)
        }
        for waiter in late { waiter.continuation.resume(returning: .tooLate) }
        return next
    }

    /// Gives the connection back. A refused statement leaves its transaction open and failed: ROLLBACK cleans it, and only a
    /// connection that can't even do that is thrown away.
    private func release(_ connection: Connection) async {
        if await connection.isInTransaction { _ = try? await connection.query("rollback") }
        let usable = await connection.isUsable
        let clean = await !connection.isInTransaction
        guard usable, clean else {
            await connection.close()
            giveUpPlace()
            return
        }
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.idle.append(connection)
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: .connection(connection))
    }

    private func giveUpPlace() {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.open -= 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: .place)
    }
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
