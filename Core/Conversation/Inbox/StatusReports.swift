package import Domain
package import Postgres
package import Store

/// Where every channel hands in what became of a sent message: one transaction, one round trip.
package struct StatusReports: Sendable {
    private let database: Database
    private let clock: WallClock
    private let faults: FaultPoints

    /// A repeated report changes nothing, so it is safe to take it again after a deadlock or on a fresh connection.
    private static let tries = 3

    package init(database: Database, clock: WallClock, faults: FaultPoints = .none) {
        self.database = database
        self.clock = clock
        self.faults = faults
    }

    /// `nil` when the message is not ours.
    package func receive(_ report: StatusReport) async throws -> StatusReceipt? {
        let row = try await rows(of: .report(report, at: clock.now())).first
        faults.reach(.statusStored)
        return try row.map { row throws(PostgresError) in try StatusReceipt(row) }
    }

    private func rows(of query: Query) async throws -> [Row] {
        for _ in 1..<Self.tries {
            do {
                return try await database.query(query)
            } catch let error as PostgresError where error.code == .connection || error.isRetryable {
                continue
            }
        }
        return try await database.query(query)
    }
}
