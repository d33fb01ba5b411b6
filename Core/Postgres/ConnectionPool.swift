import Synchronization

/// A bounded number of connections.
///
/// One is leased to one caller at a time and replaced when it broke. Of those who wait for one, the one comes first whose share holds
/// the fewest (`nil` is a share like any other), of these whose share had its turn longest ago, and then who waits longest: one
/// organization's crowd delays another by one lease. Who waits too long gets an error (`PostgresError.Code.busy`).
final class ConnectionPool: Sendable {
    let limit: Int
    private let url: String
    private let statementTimeout: Double
    private let preparation = Preparation()
    private let patience: Double
    private let state = Mutex(State())

    private struct State {
        var idle: [Connection] = []
        var open = 0
        /// Leases by share; none at zero.
        var held: [String?: Int] = [:]
        /// Which turn each share had last, as long as anybody waits.
        var served: [String?: Int] = [:]
        var turn = 0
        /// The one that waits longest first.
        var waiters: [Waiter] = []
        var isWatched = false

        mutating func take(for share: String?) { held[share, default: 0] += 1 }

        mutating func giveBack(of share: String?) {
            guard let count = held[share] else { return }
            held[share] = count > 1 ? count - 1 : nil
        }

        private func rank(_ share: String?) -> (held: Int, served: Int) { (held[share] ?? 0, served[share] ?? 0) }

        /// Who gets the next one; it is counted for them.
        mutating func next() -> Waiter? {
            guard let index = waiters.indices.min(by: { rank(waiters[$0].share) < rank(waiters[$1].share) }) else {
                return nil
            }
            let waiter = waiters.remove(at: index)
            take(for: waiter.share)
            turn += 1
            served[waiter.share] = turn
            if waiters.isEmpty { served = [:] }
            return waiter
        }
    }

    private struct Waiter {
        let share: String?
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

    init(url: String, limit: Int, statementTimeout: Double, patience: Double) {
        self.url = url
        self.limit = limit
        self.statementTimeout = statementTimeout
        self.patience = patience
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
        switch await takeOrWait(for: share) {
        case .connection(let connection):
            // An idle one may have died: the server restarted, a proxy tidied up, a function was frozen.
            if await isGood(connection) { return connection }
            await connection.close()
            return try await connect(for: share)
        case .tooLate: throw PostgresError(.busy, detail: "all \(limit) connections were busy for \(patience) s")
        case .place: return try await connect(for: share)
        }
    }

    private func isGood(_ connection: Connection) async -> Bool {
        if connection.isSilent { return true }
        return await connection.isAlive()
    }

    private func connect(for share: String?) async throws(PostgresError) -> Connection {
        do throws(PostgresError) {
            return try await Connection.connect(url, statementTimeout: statementTimeout, preparation: preparation)
        } catch {
            giveUpPlace(of: share)
            throw error
        }
    }

    private func takeOrWait(for share: String?) async -> Lease {
        await withCheckedContinuation { continuation in
            let immediate: Lease? = state.withLock { state in
                if let connection = state.idle.popLast() {
                    state.take(for: share)
                    return .connection(connection)
                }
                if state.open < limit {
                    state.open += 1
                    state.take(for: share)
                    return .place
                }
                state.waiters.append(
                    Waiter(share: share, deadline: .now + .seconds(patience), continuation: continuation))
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

    /// Takes the connection back. Only one that can't be settled is thrown away.
    func release(_ connection: Connection, of share: String?) async {
        guard await connection.settle() else {
            await connection.close()
            giveUpPlace(of: share)
            return
        }
        let waiter = state.withLock { state -> Waiter? in
            state.giveBack(of: share)
            if let next = state.next() { return next }
            state.idle.append(connection)
            return nil
        }
        waiter?.continuation.resume(returning: .connection(connection))
    }

    private func giveUpPlace(of share: String?) {
        let waiter = state.withLock { state -> Waiter? in
            state.giveBack(of: share)
            if let next = state.next() { return next }
            state.open -= 1
            return nil
        }
        waiter?.continuation.resume(returning: .place)
    }
}
