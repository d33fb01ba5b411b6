package import Domain
package import Postgres

extension Database {
    /// A transaction that works for one user: it sees that user's own row, sessions, memberships and answers, and the
    /// organizations they belong to; no tenant data.
    package func transaction<Result: Sendable>(
        as user: UserID, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await transaction(for: user.text, opening: [.enter(as: user)], body)
    }

    /// The pipeline as one transaction for one user, in one round trip.
    @discardableResult
    package func pipeline(as user: UserID, _ queries: [Query]) async throws -> [[Row]] {
        try await withConnection(for: user.text) { connection in
            let answers = try await connection.pipeline(["begin", .enter(as: user)] + queries + ["commit"])
            return Array(answers.dropFirst(2).dropLast())
        }
    }
}

extension Query {
    /// Names the user for the rest of the transaction.
    package static func enter(as user: UserID) -> Query {
        "select set_config('parley.user', \(user.text), true)"
    }
}
