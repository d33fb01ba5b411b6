package import Domain
package import FoundationEssentials
package import Postgres

/// A provider's key as it is stored. Its text leaves this room only through `open`, towards the provider; never to an API.
package struct ProviderCredential: Sendable, Equatable {
    package enum Scope: Sendable, Equatable {
        case organization(OrganizationID)
        /// For organizations that have no key of their own.
        case platform
    }

    package var id: UUID
    package var scope: Scope
    package var provider: ModelProviderName
    package var sealed: SealedSecret

    /// Seals a new key for a provider.
    package init(
        id: UUID, scope: Scope, provider: ModelProviderName, key: String, box: SecretBox
    ) throws(SecretBoxError) {
        self.id = id
        self.scope = scope
        self.provider = provider
        sealed = try box.seal(key, at: Self.place(id, scope))
    }

    /// - Parameter row: of one of this file's queries.
    package init(_ row: Row, scope: Scope) throws(PostgresError) {
        let provider: String = try row["provider"]
        guard let provider = ModelProviderName(rawValue: provider) else { throw .decoding("provider is \(provider)") }
        id = try row["id"]
        self.scope = scope
        self.provider = provider
        sealed = SealedSecret(keyID: try row["key_id"], bytes: try row["sealed"])
    }

    package func open(with box: SecretBox) throws(SecretBoxError) -> String {
        try box.open(sealed, at: Self.place(id, scope))
    }

    /// The same key under the box's current key; `nil` when it already is.
    package func renewed(with box: SecretBox) throws(SecretBoxError) -> ProviderCredential? {
        guard let sealed = try box.renew(sealed, at: Self.place(id, scope)) else { return nil }
        var renewed = self
        renewed.sealed = sealed
        return renewed
    }

    private static func place(_ id: UUID, _ scope: Scope) -> SecretBox.Place {
        let organization: String? = if case .organization(let organization) = scope { organization.text } else { nil }
        return SecretBox.Place(
            table: "provider_credentials", row: id.uuidString.lowercased(), organization: organization)
    }

    /// What tells two keys apart on a screen: the last four characters, of keys long enough that four say nothing.
    package static func hint(_ key: String) -> String {
        key.count >= 20 ? String(key.suffix(4)) : ""
    }
}

/// What an API may say about a key.
package struct CredentialListing: Sendable, Equatable {
    package var provider: ModelProviderName
    package var hint: String
    package var updatedAt: Date
}

extension Query {
    /// The organization's own keys, sealed.
    package static func credentials(of organization: OrganizationID) -> Query {
        "select id, provider, key_id, sealed from provider_credentials where organization_id = \(organization) limit 20"
    }

    /// The platform's keys, sealed: what the narrow function lets a function read.
    package static let platformCredentials: Query = "select id, provider, key_id, sealed from platform_credentials()"

    package static func credentialListing(of organization: OrganizationID) -> Query {
        """
        select provider, hint, updated_at from provider_credentials where organization_id = \(organization)
        order by provider limit 20
        """
    }

    /// Stores a key, in place of the provider's former one. The id is part of what the key is sealed to, so it is replaced too.
    /// A platform key (no organization) can be stored by the operator's role only.
    package static func save(_ credential: ProviderCredential, hint: String, at now: Date) -> [Query] {
        let (id, provider, sealed) = (credential.id, credential.provider.rawValue, credential.sealed)
        guard case .organization(let organization) = credential.scope else {
            return [
                "delete from platform_keys where provider = \(provider)",
                """
                insert into platform_keys (id, provider, key_id, sealed, hint, created_at, updated_at)
                values (\(id), \(provider), \(sealed.keyID), \(sealed.bytes), \(hint), \(now), \(now))
                """,
            ]
        }
        return [
            "delete from provider_credentials where organization_id = \(organization) and provider = \(provider)",
            """
            insert into provider_credentials (id, organization_id, provider, key_id, sealed, hint, created_at, updated_at)
            values (\(id), \(organization), \(provider), \(sealed.keyID), \(sealed.bytes), \(hint), \(now), \(now))
            """,
        ]
    }

    /// After a rotation: only if nobody stored another key meanwhile.
    package static func replaceSealing(
        of old: ProviderCredential, with new: ProviderCredential, at now: Date
    ) -> Query {
        """
        update \(unescaped: old.scope == .platform ? "platform_keys" : "provider_credentials") set key_id = \(new.sealed.keyID), sealed = \(new.sealed.bytes), updated_at = \(now)
        where id = \(old.id) and sealed = \(old.sealed.bytes)
        returning id
        """
    }

    package static func deleteCredential(_ provider: ModelProviderName, of organization: OrganizationID) -> Query {
        """
        delete from provider_credentials where organization_id = \(organization) and provider = \(provider.rawValue)
        returning id
        """
    }
}

extension CredentialListing {
    package init(_ row: Row) throws(PostgresError) {
        let name: String = try row["provider"]
        guard let provider = ModelProviderName(rawValue: name) else { throw .decoding("provider is \(name)") }
        self.provider = provider
        hint = try row["hint"]
        updatedAt = try row["updated_at"]
    }
}
