package import Domain
package import Postgres
package import Store

/// Where every channel hands in what became of a sent message: one transaction, one round trip.
package struct StatusReports: Sendable {
    private let database: Database
    private let clock: WallClock
    private let faults: FaultPoints

    package init(database: Database, clock: WallClock, faults: FaultPoints = .none) {
        self.database = database
        self.clock = clock
        self.faults = faults
    }

    /// `nil` when the message is not ours. A repeated report changes nothing: a database that is away is waited for.
    package func receive(_ report: StatusReport) async throws -> StatusReceipt? {
        let row = try await rows(of: .report(report, at: clock.now())).first
        faults.reach(.statusStored)
        return try row.map { row throws(PostgresError) in try StatusReceipt(row) }
    }

    private func rows(of query: Query) async throws -> [Row] {
        try await database.persisting(for: Inbox.webhookPatience) { try await database.query(query) }
    }
}
