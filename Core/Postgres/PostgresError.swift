/// A failure of the database. `description` is safe to show; SQL, values and server text are in `debugDescription` only.
package struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package enum Code: String, Sendable {
        /// No connection could be made, or it broke. A transaction in flight may or may not have committed.
        case connection
        /// No connection of the pool became free in time; nothing was sent.
        case busy
        /// The server refused the statement; `sqlState` says why.
        case server
        /// The statement did not answer in time; the connection is closed.
        case timeout
        /// A result did not have the expected form: a bug of ours or a schema out of step.
        case decoding
    }

    package let code: Code
    /// Five characters (PostgreSQL appendix A), for `.server` only: `23505` is a unique violation.
    package let sqlState: String?
    /// Name of the violated constraint, when there is one.
    package let constraint: String?
    package let detail: String

    package init(_ code: Code, sqlState: String? = nil, constraint: String? = nil, detail: String) {
        self.code = code
        self.sqlState = sqlState
        self.constraint = constraint
        self.detail = detail
    }

    /// character_not_in_repertoire, as the server says it; nothing was sent.
    static let holdsNUL = PostgresError(.server, sqlState: "22021", detail: "a text holds U+0000")

    package static func decoding(_ detail: String) -> PostgresError { PostgresError(.decoding, detail: detail) }

    package var isUniqueViolation: Bool { sqlState == "23505" }

    /// The database refuses what it was given, and will whenever it is given it again: data exceptions (class 22), violated
    /// constraints (class 23). Of what a stranger sent that is one bad item, and no reason to give up those behind it.
    package var isAboutData: Bool { sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false }

    /// The same transaction may succeed when it is run again (serialization failure, deadlock, what was prepared is not there).
    package var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" || isAboutPreparation }

    /// invalid_sql_statement_name, duplicate_prepared_statement: somebody else's session.
    var isAboutPreparation: Bool { sqlState == "26000" || sqlState == "42P05" }

    /// Nothing is wrong with what was asked: the database is away, or had no connection, lock or time for it just now.
    package var isPassing: Bool {
        switch code {
        case .connection, .busy, .timeout: true
        case .server: isRetryable || Self.passing.contains { sqlState?.hasPrefix($0) ?? false }
        case .decoding: false
        }
    }

    /// lock_not_available, query_canceled (a statement's time-out), insufficient resources,
    /// idle_in_transaction_session_timeout.
    private static let passing = ["55P03", "57014", "53", "25P03"]

    package var description: String {
        "database error: \(code.rawValue)" + (sqlState.map { " (\($0))" } ?? "")
    }
    /// One line, for logs: the server's and libpq's words come in several.
    package var debugDescription: String {
        let lines = detail.split(whereSeparator: \.isNewline).map { String($0.drop { $0 == " " || $0 == "\t" }) }
        return ([description, constraint].compactMap { $0 } + lines).joined(separator: " ")
    }
}
