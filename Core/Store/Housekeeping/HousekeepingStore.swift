package import FoundationEssentials
package import Postgres

/// The monthly reset and the quarter-hourly pruning. Repeating either changes nothing more.
package struct HousekeepingStore: Sendable {
    private let database: Database
    /// Rows per transaction.
    private let room: Int
    /// Real time after which one kind of work is left to the next call: all of them fit into a call of the function.
    private static let patience = Duration.seconds(3)

    package init(database: Database, room: Int = 5_000) {
        self.database = database
        self.room = room
    }

    /// Closes usage periods that are over in their organization's time zone, as many as three seconds suffice for.
    /// - Returns: how many this call closed.
    package func closeUsagePeriods(at now: Date) async throws -> Int {
        try await sum { "select close_usage_periods(\(now), \(room)::integer) as done" }
    }

    /// Prepares the months ahead and deletes what had its time: sessions, login tries, stored answers, events, uploads, and
    /// what organizations no longer keep. Many small transactions; what three seconds each don't suffice for, the next call does.
    /// - Returns: how many rows went; months that were dropped as a whole are not counted.
    /// - Throws: the first failure, after everything else was done: one table that can't be locked must not keep the rest for
    ///   ever.
    package func prune(at now: Date) async throws -> Int {
        var failure: (any Error)?
        func attempt(_ step: () async throws -> Int) async -> Int {
            do {
                return try await step()
            } catch {
                failure = failure ?? error
                return 0
            }
        }
        _ = await attempt {
            try await ensurePartitions(until: now)
            return 0
        }
        _ = await attempt { try await sum { "select drop_old_partition(\(now))::integer as done" } }
        var gone = await attempt { try await sum { "select prune(\(now)) as done" } }
        gone += await attempt { try await sum { "select prune_turn_recordings(\(now)) as done" } }
        gone += await attempt { try await sum { "select fold_message_counts(\(now), \(room)::integer) as done" } }
        gone += await attempt { try await pruneHistory(at: now) }
        if let failure { throw failure }
        return gone
    }

    /// Makes the months up to two after a time, before anything of them is written: ten years of them, a few per transaction.
    /// A sandbox calls it before its clock moves.
    package func ensurePartitions(until time: Date) async throws {
        var missing = 0
        repeat {
            missing = try await database.query("select ensure_partitions(\(time)) as missing").first?["missing"] ?? 0
        } while missing > 0
    }

    /// Repeats a statement that does a little and says how much, `done`, until it finds nothing more or the time is over.
    private func sum(_ step: () -> Query) async throws -> Int {
        let deadline = ContinuousClock.now + Self.patience
        var total = 0
        repeat {
            guard let done: Int = try await database.query(step()).first?["done"], done > 0 else { break }
            total += done
        } while ContinuousClock.now < deadline
        return total
    }

    /// Round after round of all organizations, until one finds nothing. It begins where the last call's time was over.
    private func pruneHistory(at now: Date) async throws -> Int {
        let deadline = ContinuousClock.now + Self.patience
        var (total, inRound) = (0, 0)
        repeat {
            let rows = try await database.query("select gone, is_round from prune_history(\(now), \(room)::integer)")
            guard let row = rows.first else { break }
            let gone: Int = try row["gone"]
            total += gone
            inRound += gone
            guard try row["is_round"] == true else { continue }
            if inRound == 0 { break }
            inRound = 0
        } while ContinuousClock.now < deadline
        return total
    }
}
