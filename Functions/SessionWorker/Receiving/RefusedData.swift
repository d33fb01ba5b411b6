import Postgres

extension PostgresError {
    /// The database refused what a stranger sent, and will whenever it is sent again: data exceptions (class 22) and
    /// violated constraints (class 23). Source: PostgreSQL, appendix A.
    var isAboutData: Bool { sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false }
}
