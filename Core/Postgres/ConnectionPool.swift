import Synchronization

/// A bounded number of connections.
///
/// One is leased to one caller at a time and replaced when it broke. Of those who wait for one, the one comes first whose share holds
/// the fewest (`nil` is a share like any other), of these whose share had its turn longest ago, and then who waits longest: one
/// organization's crowd delays another by one lease. Who waits too long gets an error (`PostgresError.Code.busy`).
///
/// Nobody waits for a connection of their own: new ones are made beside those who wait, and whichever is free first, new or
/// given back, goes to whoever comes next. A server that is slow to let somebody in, or a pooler that has no session left, then
/// delays nobody for whom there is one.
final class ConnectionPool: Sendable {
    let limit: Int
    private let url: String
    private let statementTimeout: Double
    private let preparation = Preparation()
    private let patience: Double
    private let state: Mutex<PoolState>

    /// Seconds that a new connection may take, and as many for its first answer.
    private static let connectTimeout = 5
    /// Seconds until another one is made after one failed, while others are open.
    private static let pause = 0.5

    init(url: String, limit: Int, statementTimeout: Double, patience: Double) {
        self.url = url
        self.limit = limit
        self.statementTimeout = statementTimeout
        self.patience = patience
        state = Mutex(PoolState(limit: limit))
    }

    func close() async {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            state.open -= state.idle.count
            return state.idle
        }
        for connection in idle { await connection.close() }
    }

    func lease(for share: String?) async throws(PostgresError) -> Connection {
        let deadline = ContinuousClock.now + .seconds(patience)
        for _ in 0...limit {
            let connection = try await take(for: share, until: deadline).get()
            // An idle one may have died: the server restarted, a proxy tidied up, a function was frozen.
            if await isGood(connection) { return connection }
            await discard(connection, of: share)
        }
        throw PostgresError(.connection, detail: "no usable connection")
    }

    /// Takes the connection back. Only one that can't be settled is thrown away.
    func release(_ connection: Connection, of share: String?) async {
        guard await connection.settle() else { return await discard(connection, of: share) }
        state.withLock { $0.giveBack(of: share) }
        hand(on: connection)
    }

    private func isGood(_ connection: Connection) async -> Bool {
        if connection.isSilent { return true }
        return await connection.isAlive()
    }

    private func discard(_ connection: Connection, of share: String?) async {
        await connection.close()
        state.withLock { state in
            state.giveBack(of: share)
            state.open -= 1
        }
        openMore()
    }

    private func take(
        for share: String?, until deadline: ContinuousClock.Instant
    ) async -> Result<Connection, PostgresError> {
        await withCheckedContinuation { continuation in
            let (idle, mustWatch) = state.withLock { state in
                if let connection = state.takeIdle(for: share) { return (connection as Connection?, false) }
                return (nil, state.wait(PoolState.Waiter(share: share, deadline: deadline, continuation: continuation)))
            }
            if let idle { return continuation.resume(returning: .success(idle)) }
            if mustWatch { Task { [weak self] in await self?.sendAwayWhoWaitsTooLong() } }
            openMore()
        }
    }

    /// To whoever comes next.
    private func hand(on connection: Connection) {
        let waiter = state.withLock { state in
            let next = state.next()
            if next == nil { state.idle.append(connection) }
            return next
        }
        waiter?.continuation.resume(returning: .success(connection))
    }

    // MARK: New ones

    /// As many as somebody waits for, within the limit.
    private func openMore() {
        let (count, isFirst) = state.withLock { $0.startOpening() }
        for number in 0..<count {
            Task { await open(isProven: limit > 1 || !(isFirst && number == 0)) }
        }
    }

    /// - Parameter isProven: it must have answered: a pooler lets everybody in and may have no session for them. Of a pool's only
    ///   connection that would be a round trip for nothing.
    private func open(isProven: Bool) async {
        do throws(PostgresError) {
            let connection = try await Connection.connect(
                url, connectTimeout: Self.connectTimeout, statementTimeout: statementTimeout, preparation: preparation)
            if isProven { try await connection.prove(within: Double(Self.connectTimeout)) }
            state.withLock { $0.opening -= 1 }
            hand(on: connection)
        } catch {
            await failed(error)
        }
    }

    private func failed(_ error: PostgresError) async {
        let hopeless = state.withLock { $0.openingFailed() }
        for waiter in hopeless { waiter.continuation.resume(returning: .failure(error)) }
        guard hopeless.isEmpty else { return }
        try? await Task.sleep(for: .seconds(Self.pause * Double.random(in: 0.8...1.2)))
        openMore()
    }

    // MARK: Who waits too long

    /// One timer for all, as long as somebody waits: most wait for moments only.
    private func sendAwayWhoWaitsTooLong() async {
        while let next = endWaiting() {
            try? await Task.sleep(until: next, clock: .continuous)
        }
    }

    /// Sends away whose patience is over.
    /// - Returns: when that will be so for the next one; `nil` when nobody waits.
    private func endWaiting() -> ContinuousClock.Instant? {
        let (late, next) = state.withLock { $0.tooLate(at: .now) }
        let error = PostgresError(.busy, detail: "no connection of \(limit) became free in \(patience) s")
        for waiter in late { waiter.continuation.resume(returning: .failure(error)) }
        return next
    }
}
