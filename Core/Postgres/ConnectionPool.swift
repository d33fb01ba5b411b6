import Synchronization

/// A bounded number of connections.
///
/// One is leased to one caller at a time and replaced when it broke. Of those who wait for one, the one comes first whose share holds
/// the fewest (`nil` is a share like any other), of these whose share had its turn longest ago, and then who waits longest: one
/// organization's crowd delays another by one lease. Who waits too long gets an error (`PostgresError.Code.busy`), and who is told to
/// stop while they wait gets it at once.
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
    private let numbers = Atomic(0)

    /// Seconds that a new connection may take, and as many for its first answer.
    private static let connectTimeout = 5
    /// Seconds until another one is made after one failed, whoever asks: a server that lets nobody in is not asked by everybody.
    private static let pause = 0.5
    private static let mostWaiters = 10_000

    init(url: String, limit: Int, statementTimeout: Double, patience: Double) {
        self.url = url
        self.limit = limit
        self.statementTimeout = statementTimeout
        self.patience = patience
        state = Mutex(PoolState(limit: limit, mostWaiters: Self.mostWaiters))
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
        let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(PoolState.Waiter(number: number, share: share, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            leave(number, of: share)
        }
    }

    private func wait(_ waiter: PoolState.Waiter) {
        let (idle, waiting) = state.withLock { state -> (Connection?, PoolState.Waiting) in
            if let connection = state.takeIdle(for: waiter.share) { return (connection, .looked) }
            return (nil, state.wait(waiter))
        }
        if let idle { return waiter.continuation.resume(returning: .success(idle)) }
        switch waiting {
        case .refused:
            return waiter.continuation.resume(
                returning: .failure(PostgresError(.busy, detail: "too many wait for a connection of \(limit)")))
        case .unlooked: Task { [weak self] in await self?.sendAwayWhoWaitsTooLong(from: waiter.deadline) }
        case .looked: break
        }
        // Cancelled before it stood among those who wait: the handler found nobody.
        if Task.isCancelled { return leave(waiter.number, of: waiter.share) }
        openMore()
    }

    /// Who was told to stop waits no longer, so that a process that ends has its connections for what it still has to write.
    private func leave(_ number: Int, of share: String?) {
        let waiter = state.withLock { $0.leave(number, of: share) }
        waiter?.continuation.resume(
            returning: .failure(PostgresError(.busy, detail: "cancelled while it waited for a connection")))
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
        let count = state.withLock { $0.startOpening(at: .now) }
        for _ in 0..<count { Task { await open() } }
    }

    /// It must have answered: a pooler lets everybody in and may have no session for them. Of a pool's only connection that would be a
    /// round trip for nothing.
    private func open() async {
        do throws(PostgresError) {
            let connection = try await Connection.connect(
                url, connectTimeout: Self.connectTimeout, statementTimeout: statementTimeout, preparation: preparation)
            if limit > 1 { try await connection.prove(within: Double(Self.connectTimeout)) }
            state.withLock { $0.opened() }
            hand(on: connection)
            // After a failure this one was tried alone.
            openMore()
        } catch {
            await failed(error)
        }
    }

    private func failed(_ error: PostgresError) async {
        let end = ContinuousClock.now + .seconds(Self.pause * Double.random(in: 0.8...1.2))
        let hopeless = state.withLock { $0.openingFailed(pause: end) }
        for waiter in hopeless { waiter.continuation.resume(returning: .failure(error)) }
        // For whoever comes meanwhile, too: they open none themselves.
        try? await Task.sleep(until: end, clock: .continuous)
        openMore()
    }

    // MARK: Who waits too long

    /// One timer for all, as long as somebody waits: most wait for moments only. A caller whose connection turned out dead waits anew
    /// with what is left, so the one who comes last may have to go first: then a timer for the earlier moment takes over.
    private func sendAwayWhoWaitsTooLong(from first: ContinuousClock.Instant) async {
        var moment = first
        while true {
            try? await Task.sleep(until: moment, clock: .continuous)
            guard let next = endWaiting(at: moment) else { return }
            moment = next
        }
    }

    /// Sends away whose patience is over.
    /// - Returns: when that will be so for the next one; `nil` when nobody waits, or another timer looks.
    private func endWaiting(at moment: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (late, next) = state.withLock { $0.tooLate(at: .now, watching: moment) }
        let error = PostgresError(.busy, detail: "no connection of \(limit) became free in \(patience) s")
        for waiter in late { waiter.continuation.resume(returning: .failure(error)) }
        return next
    }
}
