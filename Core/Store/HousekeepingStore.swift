package import FoundationEssentials
package import Postgres

/// The monthly reset and the quarter-hourly pruning. Repeating either changes nothing more.
package struct HousekeepingStore: Sendable {
    private let database: Database
    /// Rows of one kind and one organization per transaction.
    private let room: Int
    /// Real time after which `prune` leaves the rest to its next call.
    private static let patience = Duration.seconds(10)

    package init(database: Database, room: Int = 5_000) {
        self.database = database
        self.room = room
    }

    /// Closes usage periods that are over in their organization's time zone.
    /// - Returns: how many this call closed.
    package func closeUsagePeriods(at now: Date) async throws -> Int {
        try await database.query("select close_usage_periods(\(now)) as closed").first?["closed"] ?? 0
    }

    /// Prepares the months ahead and deletes what had its time: sessions, login tries, stored answers, events, uploads, and
    /// what organizations no longer keep. Many small transactions; what ten seconds don't suffice for, the next call does.
    /// - Returns: how many rows went; months that were dropped as a whole are not counted.
    package func prune(at now: Date) async throws -> Int {
        try await ensurePartitions(until: now)
        try await database.query("select drop_old_partitions(\(now))")
        let gone: Int =
            try await database.query("select prune(\(now)) + prune_turn_recordings(\(now)) as gone").first?["gone"] ?? 0
        return try await gone + foldCounts(at: now) + pruneHistory(at: now)
    }

    /// Makes the months up to two after a time, before anything of them is written. A sandbox calls it before its clock moves.
    package func ensurePartitions(until time: Date) async throws {
        try await database.query("select ensure_partitions(\(time))")
    }

    /// Folds the slots of counters whose quarter of an hour is over.
    private func foldCounts(at now: Date) async throws -> Int {
        let deadline = ContinuousClock.now + Self.patience
        var total = 0
        repeat {
            let rows = try await database.query("select fold_message_counts(\(now), \(room)::integer) as folded")
            guard let folded: Int = try rows.first?["folded"], folded > 0 else { break }
            total += folded
        } while ContinuousClock.now < deadline
        return total
    }

    /// Passes over all organizations until one finds nothing.
    private func pruneHistory(at now: Date) async throws -> Int {
        let deadline = ContinuousClock.now + Self.patience
        var (total, inPass) = (0, 0)
        var last: UUID?
        repeat {
            if last == nil { inPass = 0 }
            let row = try await database.query(
                "select gone, last from prune_history(\(now), \(last), \(room)::integer)"
            ).first
            inPass += try row?["gone"] ?? 0
            total += try row?["gone"] ?? 0
            last = try row?["last"]
        } while (last != nil || inPass > 0) && ContinuousClock.now < deadline
        return total
    }
}
