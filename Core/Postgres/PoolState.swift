/// What a pool keeps count of.
struct PoolState {
    struct Waiter {
        let share: String?
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Result<Connection, PostgresError>, Never>
    }

    let limit: Int
    var idle: [Connection] = []
    /// Leased, idle, and being made.
    var open = 0
    /// Being made.
    var opening = 0
    /// Leases by share; none at zero.
    private var held: [String?: Int] = [:]
    /// Which turn each share had last, as long as anybody waits.
    private var served: [String?: Int] = [:]
    private var turn = 0
    /// The one that waits longest first.
    private var waiters: [Waiter] = []
    private var isWatched = false

    init(limit: Int) {
        self.limit = limit
    }

    mutating func takeIdle(for share: String?) -> Connection? {
        guard let connection = idle.popLast() else { return nil }
        take(for: share)
        return connection
    }

    private mutating func take(for share: String?) { held[share, default: 0] += 1 }

    mutating func giveBack(of share: String?) {
        guard let count = held[share] else { return }
        held[share] = count > 1 ? count - 1 : nil
    }

    // MARK: Who waits

    /// - Returns: whether somebody has to look after those who wait too long.
    mutating func wait(_ waiter: Waiter) -> Bool {
        waiters.append(waiter)
        defer { isWatched = true }
        return !isWatched
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

    /// Those whose patience is over, and when it will be for the next one.
    mutating func tooLate(at now: ContinuousClock.Instant) -> (late: [Waiter], next: ContinuousClock.Instant?) {
        // A caller whose connection turned out dead waits anew with what is left: the list is not in the order of deadlines.
        let late = waiters.filter { $0.deadline <= now }
        waiters.removeAll { $0.deadline <= now }
        isWatched = !waiters.isEmpty
        return (late, waiters.map(\.deadline).min())
    }

    // MARK: New ones

    /// How many are to be made now, and whether the first of them is the only one there is.
    mutating func startOpening() -> (count: Int, isFirst: Bool) {
        let count = max(0, min(limit - open, waiters.count - opening))
        defer {
            open += count
            opening += count
        }
        return (count, open == 0)
    }

    /// - Returns: those for whom nothing is left to wait for: all, when no other connection is open or being made.
    mutating func openingFailed() -> [Waiter] {
        opening -= 1
        open -= 1
        guard open == 0 else { return [] }
        defer { (waiters, served) = ([], [:]) }
        return waiters
    }
}
