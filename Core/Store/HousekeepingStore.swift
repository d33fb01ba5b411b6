package import FoundationEssentials
package import Postgres

/// The monthly reset and the quarter-hourly pruning. Repeating either changes nothing more.
package struct HousekeepingStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Closes usage periods that are over in their organization's time zone.
    /// - Returns: how many this call closed.
    package func closeUsagePeriods(at now: Date) async throws -> Int {
        try await database.query("select close_usage_periods(\(now)) as closed").first?["closed"] ?? 0
    }

    /// Deletes sessions, login tries, stored answers, events and uploads that had their time; at most 10,000 of each, 1,000
    /// uploads.
    /// - Returns: how many rows went.
    package func prune(at now: Date) async throws -> Int {
        try await database.query("select prune(\(now)) + prune_uploads(\(now)) as gone").first?["gone"] ?? 0
    }
}
