package import Domain
package import Postgres

extension Database {
    /// A transaction that works for one organization: row-level security shows and accepts only its rows. The setting is
    /// local to the transaction, so a pooled connection can't carry it to the next caller.
    package func transaction<Result: Sendable>(
        for organization: OrganizationID, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await transaction(opening: [.enter(organization)], body)
    }

    /// The pipeline as one transaction for one organization, in one round trip.
    @discardableResult
    package func pipeline(for organization: OrganizationID, _ queries: [Query]) async throws -> [[Row]] {
        try await withConnection { connection in
            let answers = try await connection.pipeline(["begin", .enter(organization)] + queries + ["commit"])
            return Array(answers.dropFirst(2).dropLast())
        }
    }
}

extension Query {
    /// Names the organization for the rest of the transaction. `set_config(..., true)` takes a parameter, `SET LOCAL` does not.
    package static func enter(_ organization: OrganizationID) -> Query {
        "select set_config('parley.organization', \(organization.text), true)"
    }
}

extension ID: Bindable {
    package var bind: Bind { rawValue.bind }
}

extension ID: RowDecodable {
    package init?(postgresText: String) {
        self.init(postgresText)
    }
}
