package import Domain
package import Postgres

/// Personas of organizations.
package struct PersonaStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// System personas first, then by name; at most 500.
    package func list(of organization: OrganizationID) async throws -> [PersonaListing] {
        try await database.pipeline(for: organization, [.personas(of: organization)])[0]
            .map { row in try PersonaListing(row) }
    }
}
