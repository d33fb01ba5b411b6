package import FoundationEssentials
package import Postgres

/// Counts uses in windows of time, across all processes.
package struct RateStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// One use that is to be counted.
    package struct Use: Sendable {
        package let subject: String
        package let limit: Int
        /// Length of the window.
        package let seconds: Int

        package init(subject: String, limit: Int, seconds: Int) {
            self.subject = subject
            self.limit = limit
            self.seconds = seconds
        }
    }

    /// - Returns: 0, or the seconds to wait; then nothing was used.
    package func take(_ uses: [Use], at now: Date) async throws -> Int {
        let rows = try await database.query(
            """
            select take_rate(\(array: uses.map(\.subject)), \(array: uses.map { String($0.limit) })::integer[],
                \(array: uses.map { String($0.seconds) })::integer[], \(now)) as wait
            """)
        return try rows.first?["wait"] ?? 0
    }
}
