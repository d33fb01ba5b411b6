package import Domain
package import FoundationEssentials
package import Postgres

/// API keys of organizations. What is stored of a secret is its hash.
package struct APIKeyStore: Sendable {
    /// Keys of an organization that are not revoked.
    package static let limit = 50
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// - Throws: `APIKeyStoreError.tooMany`.
    package func create(_ key: APIKey, secretHash: Data) async throws {
        let rows = try await database.pipeline(
            for: key.organization,
            [
                "select from organizations where id = \(key.organization) for no key update",
                """
                insert into api_keys (id, organization_id, name, secret_hash, prefix, scopes, created_by, created_at,
                    expires_at)
                select \(key.id), \(key.organization), \(key.name), \(secretHash), \(key.prefix),
                    \(array: key.scopes.map(\.text))::text[], \(key.createdBy), \(key.createdAt), \(key.expiresAt)
                where (select count(*) from api_keys where organization_id = \(key.organization) and revoked_at is null)
                    < \(Self.limit)
                returning id
                """,
            ])
        guard !rows[1].isEmpty else { throw APIKeyStoreError.tooMany }
    }

    /// Newest first, revoked ones too; at most 200.
    package func list(of organization: OrganizationID) async throws -> [APIKey] {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: APIKey.columns) from api_keys where organization_id = \(organization)
                order by created_at desc, id desc limit 200
                """
            ])
        return try rows[0].map(APIKey.init(row:))
    }

    /// A repeat changes nothing more.
    /// - Returns: whether there is such a key.
    package func revoke(_ id: APIKeyID, of organization: OrganizationID, at now: Date) async throws -> Bool {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                update api_keys set revoked_at = coalesce(revoked_at, \(now))
                where organization_id = \(organization) and id = \(id)
                returning id
                """
            ])
        return !rows[0].isEmpty
    }

    /// A key, revoked and expired ones too, and the hash of its secret; `nil` also when its organization was deleted.
    package func stored(
        _ id: APIKeyID, of organization: OrganizationID
    ) async throws -> (key: APIKey, secretHash: Data)? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: APIKey.columns), secret_hash from api_keys
                where organization_id = \(organization) and id = \(id)
                    and exists (select from organizations where id = \(organization) and deleted_at is null)
                """
            ])
        return try rows[0].first.map { (try APIKey(row: $0), try $0["secret_hash"]) }
    }

    /// To the minute: not every call writes.
    package func noteUse(of key: APIKey, at now: Date) async throws {
        guard key.lastUsedAt.map({ now.timeIntervalSince($0) >= 60 }) ?? true else { return }
        try await database.pipeline(
            for: key.organization,
            [
                """
                update api_keys set last_used_at = \(now) where organization_id = \(key.organization) and id = \(key.id)
                """
            ])
    }
}

package struct APIKey: Sendable, Equatable {
    package var id: APIKeyID
    package var organization: OrganizationID
    package var name: String
    /// How its secret begins.
    package var prefix: String
    package var scopes: [KeyScope]
    package var createdBy: UserID
    package var createdAt: Date
    package var lastUsedAt: Date?
    package var expiresAt: Date?
    package var revokedAt: Date?

    package init(
        id: APIKeyID, organization: OrganizationID, name: String, prefix: String, scopes: [KeyScope], createdBy: UserID,
        createdAt: Date, expiresAt: Date?
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.prefix = prefix
        self.scopes = scopes
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func isValid(at now: Date) -> Bool {
        revokedAt == nil && expiresAt.map { now < $0 } ?? true
    }

    static let columns = """
        id, organization_id, name, prefix, array_to_string(scopes, ' ') as scopes, created_by, created_at, last_used_at,
        expires_at, revoked_at
        """

    init(row: Row) throws {
        id = try row["id"]
        organization = try row["organization_id"]
        name = try row["name"]
        prefix = try row["prefix"]
        let scopes: String = try row["scopes"]
        self.scopes = scopes.split(separator: " ").compactMap { KeyScope(String($0)) }
        createdBy = try row["created_by"]
        createdAt = try row["created_at"]
        lastUsedAt = try row["last_used_at"]
        expiresAt = try row["expires_at"]
        revokedAt = try row["revoked_at"]
    }
}

package enum APIKeyStoreError: Error, Equatable {
    case tooMany
}
