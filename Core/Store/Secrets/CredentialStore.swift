package import Domain
package import FoundationEssentials
package import Postgres

/// Keys of model providers that organizations brought: written, listed by name, never returned.
package struct CredentialStore: Sendable {
    private let database: Database
    private let box: SecretBox

    package init(database: Database, box: SecretBox) {
        self.database = database
        self.box = box
    }

    package func list(of organization: OrganizationID) async throws -> [CredentialListing] {
        try await database.pipeline(for: organization, [.credentialListing(of: organization)])[0]
            .map { row in try CredentialListing(row) }
    }

    /// Seals a key for its row and stores it, in place of the provider's former one.
    package func save(
        _ key: String, for provider: ModelProviderName, of organization: OrganizationID, id: UUID, at now: Date
    ) async throws -> CredentialListing {
        let credential = try ProviderCredential(
            id: id, scope: .organization(organization), provider: provider, key: key, box: box)
        let hint = ProviderCredential.hint(key)
        try await database.pipeline(for: organization, Query.save(credential, hint: hint, at: now))
        return CredentialListing(provider: provider, hint: hint, updatedAt: now)
    }

    /// - Returns: whether there was one.
    package func delete(_ provider: ModelProviderName, of organization: OrganizationID) async throws -> Bool {
        let rows = try await database.pipeline(
            for: organization, [.deleteCredential(provider, of: organization)])
        return !rows[0].isEmpty
    }
}
