import Access
import Domain
import FoundationEssentials
import Postgres
import Store
import Web

/// Keys of model providers (written, listed by name, never returned: ruling C28) and the personas there are.
///
/// Authenticated by session cookie or bearer token, inside the organization of `x-organization-id` (else the user's own);
/// admins write keys. A key is sealed for its row before it is stored; storing it again replaces it.
struct AssistantSettingsHandler: Sendable {
    let database: Database
    let box: SecretBox
    let clock: WallClock
    let ids: IDSource

    private struct KeyForm: Decodable {
        var key: String
    }

    func keys(_ request: Request, _ caller: Caller) async throws -> Response {
        .value(["items": .array(try await listing(caller.organization).map(\.json))])
    }

    func setKey(_ request: Request, _ caller: Caller) async throws -> Response {
        let provider = try provider(request)
        let form = try request.decode(KeyForm.self, limit: 16 << 10)
        let key = try checkedText(form.key, field: "key", 8...4000)
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Fault.invalid("key", "A key has no spaces and only ASCII characters.")
        }
        let now = clock.now()
        let credential = try ProviderCredential(
            id: ids.next(), scope: .organization(caller.organization), provider: provider, key: key, box: box)
        try await database.pipeline(
            for: caller.organization, Query.save(credential, hint: ProviderCredential.hint(key), at: now))
        return .value([
            "provider": .string(provider.rawValue), "hint": .string(ProviderCredential.hint(key)),
            "updated_at": .time(now),
        ])
    }

    func deleteKey(_ request: Request, _ caller: Caller) async throws -> Response {
        let provider = try provider(request)
        let rows = try await database.pipeline(
            for: caller.organization, [.deleteCredential(provider, of: caller.organization)])
        guard !rows[0].isEmpty else { throw Fault.notFound("key") }
        return .noContent
    }

    func personas(_ request: Request, _ caller: Caller) async throws -> Response {
        let rows = try await database.pipeline(for: caller.organization, [.personas(of: caller.organization)])
        return .value(["items": .array(try rows[0].map { try PersonaListing($0).json }), "next_cursor": .null])
    }

    /// The providers a persona may choose and whether this organization has a key of its own there.
    func models(_ request: Request, _ caller: Caller) async throws -> Response {
        let own = Set(try await listing(caller.organization).map(\.provider))
        return .value([
            "items": .array(
                ModelProviderName.allCases.map { provider in
                    .object([
                        "provider": .string(provider.rawValue), "name": .string(provider.displayName),
                        "needs_key": .bool(provider != .offline), "has_own_key": .bool(own.contains(provider)),
                    ])
                })
        ])
    }

    private func listing(_ organization: OrganizationID) async throws -> [CredentialListing] {
        try await database.pipeline(for: organization, [.credentialListing(of: organization)])[0]
            .map { try CredentialListing($0) }
    }

    private func provider(_ request: Request) throws -> ModelProviderName {
        guard let name = request.pathParameters["provider"].flatMap(ModelProviderName.init), name != .offline else {
            throw Fault.notFound("provider")
        }
        return name
    }
}

extension AssistantSettingsHandler {
    func declare(in routes: inout Routes) {
        routes.member("GET /api/v1/credentials", keys)
        routes.member("PUT /api/v1/credentials/{provider}", as: .admin, setKey)
        routes.member("DELETE /api/v1/credentials/{provider}", as: .admin, deleteKey)
        routes.member("GET /api/v1/personas", personas)
        routes.member("GET /api/v1/personas/models/available", models)
    }
}

extension CredentialListing {
    fileprivate var json: JSONValue {
        .object(["provider": .string(provider.rawValue), "hint": .string(hint), "updated_at": .time(updatedAt)])
    }
}

extension PersonaListing {
    fileprivate var json: JSONValue {
        .object([
            "id": .string(persona.id.text), "name": .string(persona.name), "description": .string(persona.description),
            "kind": .string(persona.isSystem ? "system" : "custom"), "version": .integer(persona.version),
            "instructions": .string(persona.style.instructions), "tone": .string(persona.style.tone.rawValue),
            "response_style": .string(persona.style.responseStyle), "provider": .text(persona.style.provider?.rawValue),
            "model": .text(persona.style.model), "temperature": .number(persona.style.temperature),
            "history_limit": .integer(persona.style.historyLimit), "channels": .integer(channels),
            "updated_at": .time(updatedAt),
        ])
    }
}
