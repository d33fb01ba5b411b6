package import FoundationEssentials
package import Postgres

/// Login tries per address and per account: at most so many in 15 minutes, counted before the password is looked at.
package struct LoginAttemptStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Takes one try.
    /// - Parameter account: SHA-256 of the login name.
    /// - Returns: 0, or the seconds until the next try is allowed.
    package func take(address: String, account: Data, most: Int, at now: Date) async throws -> Int {
        let rows = try await database.query(
            "select take_login_attempt(\(address), \(account), \(most)::integer, \(now)) as wait")
        return try rows.first?["wait"] ?? 0
    }

    /// After a right password.
    package func forgive(account: Data) async throws {
        try await database.query("select forgive_login_attempts(\(account))")
    }
}
