import API
import Access
import Domain
import FoundationEssentials
import Store
import Web

// Keys with which an organization's programs call the API. No key opens these.

extension Endpoint {
    static let listAPIKeys = Endpoint(
        .get, "/api/v1/api-keys", "The organization's API keys, newest first.",
        for: .member(.admin), answers: .list(of: APIKey.answer)
    ) { call in try await call.apiKeys.list(of: call.organization) }

    /// Takes no Idempotency-Key: the answer would have to be kept, and it holds the secret.
    static let createAPIKey = Endpoint(
        .post, "/api/v1/api-keys", "A new API key; its secret is in this answer and never again.",
        for: .member(.admin), takes: .body(NewAPIKey.form), limit: 16 << 10,
        answers: .one(NewAPIKey.answer, status: 201),
        faults: [DocumentedFault(409, "too-many-keys", "The organization has as many keys as it may; revoke one.")],
        limits: .makingKeys,
        example: ["name": "Shop", "scopes": ["conversations:read", "messages:write"], "expires_in_days": 365]
    ) { call, new in
        let secret = APIKeySecret(
            id: APIKeyID(call.subject), organization: call.organization, randomness: call.randomness)
        let key = new.key(secret, by: call.user, at: call.now)
        try await call.apiKeys.create(key, secretHash: secret.hash)
        return NewAPIKey.Made(key: key, secret: secret.text)
    }

    static let revokeAPIKey = Endpoint(
        .delete, "/api/v1/api-keys/{id}", "Revokes an API key; it opens nothing from now on.",
        for: .member(.admin), answers: .nothing
    ) { call in
        guard try await call.apiKeys.revoke(try call.id(of: "API key"), of: call.organization, at: call.now) else {
            throw Fault.notFound("API key")
        }
    }
}

private struct NewAPIKey: Sendable {
    var name = ""
    var scopes: [KeyScope] = []
    var days: Int?

    static let form = Form(NewAPIKey()) {
        $0.required("name", \.name, .text(1...200))
        $0.required("scopes", \.scopes, .list(of: .scope, 1...KeyScope.all.count))
        $0.optional("expires_in_days", \.days, .integer(1...3650), about: "Never when absent.")
    }

    func key(_ secret: APIKeySecret, by user: UserID, at now: Date) -> APIKey {
        APIKey(
            id: secret.id, organization: secret.organization, name: name, prefix: secret.prefix,
            scopes: KeyScope.all.filter(scopes.contains), createdBy: user, createdAt: now,
            expiresAt: days.map { now.addingTimeInterval(Double($0) * 86_400) })
    }

    struct Made: Sendable {
        var key: APIKey
        var secret: String
    }

    static let answer = Answer<Made> {
        $0.include(APIKey.answer, \.key)
        $0.field("secret", \.secret, about: "For `Authorization: Bearer`; shown only now.")
    }
}

extension FieldType where Value == KeyScope {
    fileprivate static let scope = FieldType(.choice(names), show: { .string($0.text) }) { json, field throws(Fault) in
        guard let scope = json.string.flatMap({ KeyScope($0) }) else {
            throw .invalid(field, "Say an area and read or write, like conversations:read.")
        }
        return scope
    }

    private static let names = KeyScope.all.map(\.text)
}

extension APIKey {
    fileprivate static let answer = Answer<APIKey> {
        $0.field("id", \.id)
        $0.field("name", \.name)
        $0.field("prefix", \.prefix, about: "How the secret begins.")
        $0.field("scopes", shape: .list(.choice(KeyScope.all.map(\.text)), count: 1...KeyScope.all.count)) {
            .array($0.scopes.map { .string($0.text) })
        }
        $0.field("created_by", \.createdBy)
        $0.field("created_at", \.createdAt)
        $0.field("last_used_at", \.lastUsedAt, about: "To the minute.")
        $0.field("expires_at", \.expiresAt)
        $0.field("revoked_at", \.revokedAt)
    }
}
