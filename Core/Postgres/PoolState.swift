/// What a pool keeps count of.
struct PoolState {
    struct Waiter {
        let number: Int
        let share: String?
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Result<Connection, PostgresError>, Never>
    }

    /// Those of one share, the one that waits longest first.
    private struct Queue {
        private var waiters: [Waiter?] = []
        /// Those before it have gone.
        private var start = 0

        var all: [Waiter] { waiters[start...].compactMap { $0 } }
        var isEmpty: Bool { start == waiters.count }
        /// What the longest wait goes by.
        var first: Int { start < waiters.count ? waiters[start]?.number ?? .max : .max }

        mutating func append(_ waiter: Waiter) { waiters.append(waiter) }

        mutating func popFirst() -> Waiter? {
            guard !isEmpty else { return nil }
            defer { leave(at: start) }
            return waiters[start]
        }

        mutating func remove(_ number: Int) -> Waiter? {
            guard let index = waiters[start...].firstIndex(where: { $0?.number == number }) else { return nil }
            defer { leave(at: index) }
            return waiters[index]
        }

        mutating func removeLate(at now: ContinuousClock.Instant) -> [Waiter] {
            let late = all.filter { $0.deadline <= now }
            if !late.isEmpty { (waiters, start) = (all.filter { $0.deadline > now }, 0) }
            return late
        }

        private mutating func leave(at index: Int) {
            waiters[index] = nil
            while start < waiters.count, waiters[start] == nil { start += 1 }
            // So that what each one costs does not grow with those who have gone.
            guard start > 64, start > waiters.count / 2 else { return }
            waiters.removeFirst(start)
            start = 0
        }
    }

    let limit: Int
    /// Who comes when so many wait is sent away at once: each holds a request's memory.
    let mostWaiters: Int
    var idle: [Connection] = []
    /// Leased, idle, and being made.
    var open = 0
    /// Being made.
    private(set) var opening = 0
    /// Leases by share; none at zero.
    private var held: [String?: Int] = [:]
    /// Which turn each share had last, as long as anybody waits.
    private var served: [String?: Int] = [:]
    private var turn = 0
    /// None is empty.
    private var queues: [String?: Queue] = [:]
    private(set) var waiting = 0
    /// When those who wait too long are looked for next; `nil`: nobody looks.
    private var watched: ContinuousClock.Instant?
    /// The last attempt to make a connection failed: one is tried at a time, and none before `pausedUntil`.
    private var hasFailed = false
    private var pausedUntil: ContinuousClock.Instant?

    init(limit: Int, mostWaiters: Int) {
        self.limit = limit
        self.mostWaiters = mostWaiters
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

    enum Waiting {
        /// Nobody has to look sooner than somebody will.
        case looked
        /// Somebody has to look when this one's patience is over.
        case unlooked
        /// Too many wait.
        case refused
    }

    mutating func wait(_ waiter: Waiter) -> Waiting {
        guard waiting < mostWaiters else { return .refused }
        queues[waiter.share, default: Queue()].append(waiter)
        waiting += 1
        if let watched, watched <= waiter.deadline { return .looked }
        watched = waiter.deadline
        return .unlooked
    }

    private func rank(_ share: String?, _ queue: Queue) -> (held: Int, served: Int, first: Int) {
        (held[share] ?? 0, served[share] ?? 0, queue.first)
    }

    /// Who gets the next one; it is counted for them. Costs as much as there are shares that wait, however many wait in each.
    mutating func next() -> Waiter? {
        // Of the queue found nothing is held on to: it would be copied to be changed.
        let found: String?? = queues.min { rank($0.key, $0.value) < rank($1.key, $1.value) }.map { $0.key }
        guard let share = found, let waiter = queues[share]?.popFirst() else { return nil }
        gone(1, of: share)
        take(for: share)
        turn += 1
        served[share] = turn
        if waiting == 0 { served = [:] }
        return waiter
    }

    /// Takes out one who waits no more; `nil` when their turn has come meanwhile.
    mutating func leave(_ number: Int, of share: String?) -> Waiter? {
        guard let waiter = queues[share]?.remove(number) else { return nil }
        gone(1, of: share)
        return waiter
    }

    private mutating func gone(_ count: Int, of share: String?) {
        waiting -= count
        if queues[share]?.isEmpty == true { queues[share] = nil }
    }

    /// Those whose patience is over.
    /// - Parameter moment: for which whoever asks had set out.
    /// - Returns: when they have to ask again; `nil` when nobody waits, or somebody else asks sooner.
    mutating func tooLate(
        at now: ContinuousClock.Instant, watching moment: ContinuousClock.Instant
    ) -> (late: [Waiter], next: ContinuousClock.Instant?) {
        var late: [Waiter] = []
        for share in Array(queues.keys) {
            let gone = queues[share]?.removeLate(at: now) ?? []
            self.gone(gone.count, of: share)
            late += gone
        }
        guard watched == moment else { return (late, nil) }
        watched = queues.values.lazy.flatMap(\.all).map(\.deadline).min()
        return (late, watched)
    }

    // MARK: New ones

    /// How many are to be made now.
    mutating func startOpening(at now: ContinuousClock.Instant) -> Int {
        if let pausedUntil, now < pausedUntil { return 0 }
        let wanted = min(limit - open, waiting - opening)
        let count = max(0, hasFailed ? min(wanted, 1 - opening) : wanted)
        open += count
        opening += count
        return count
    }

    mutating func opened() {
        opening -= 1
        (hasFailed, pausedUntil) = (false, nil)
    }

    /// - Parameter pause: until which no other is made.
    /// - Returns: those for whom nothing is left to wait for: all, when no other connection is open or being made.
    mutating func openingFailed(pause: ContinuousClock.Instant) -> [Waiter] {
        opening -= 1
        open -= 1
        (hasFailed, pausedUntil) = (true, pause)
        guard open == 0 else { return [] }
        defer { (queues, served, waiting) = ([:], [:], 0) }
        return queues.values.flatMap(\.all)
    }
}
