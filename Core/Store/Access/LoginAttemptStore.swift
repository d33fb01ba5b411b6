package import FoundationEssentials
package import Postgres

/// Login tries, counted before the password is looked at: of one caller, of one address, and of all strangers at one account
/// (`take_login_attempt` has the figures). Names are made one spelling by the database, for counting and for looking up alike.
package struct LoginAttemptStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    package struct Attempt: Sendable {
        /// 0, or the seconds until the next try is allowed.
        package let wait: Int
        /// The login name in its one spelling.
        package let name: String
    }

    /// Who tries.
    package struct Caller: Sendable {
        let address: String
        let device: String?

        /// - Parameter device: number of a device that entered this very account before.
        package init(address: String, device: String?) {
            self.address = address
            self.device = device
        }
    }

    /// Takes one try.
    /// - Parameter login: as it was written.
    package func take(_ caller: Caller, login: String, at now: Date) async throws -> Attempt {
        let rows = try await database.query(
            "select wait, name from take_login_attempt(\(caller.address), \(caller.device), \(login), \(now))")
        guard let row = rows.first else { throw PostgresError.decoding("no attempt") }
        return Attempt(wait: try row["wait"], name: try row["name"])
    }

    /// After a right password: this caller's tries are forgotten, and where they came from is known from now on.
    package func entered(_ caller: Caller, login: String, at now: Date) async throws {
        try await database.query("select note_login(\(caller.address), \(caller.device), \(login), \(now))")
    }
}
