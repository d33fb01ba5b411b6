import Cryptography
package import Domain
import Postgres
package import Store
package import Web

extension Authenticator {
    /// The API key of a request, in `Authorization: Bearer pk_...`; `nil` when it shows none.
    /// - Throws: 401 for one that is wrong, revoked or expired.
    package func apiKey(in request: Request) async throws -> APIKey? {
        guard let text = bearer(in: request), APIKeySecret.isMeant(by: text) else { return nil }
        let now = clock.now()
        guard let secret = APIKeySecret(text),
            let stored = try await keys.stored(secret.id, of: secret.organization),
            equalInConstantTime(stored.secretHash, secret.hash), stored.key.isValid(at: now)
        else { throw Fault.unauthenticated }
        try await keys.noteUse(of: stored.key, at: now)
        return stored.key
    }
}

extension KeyScope {
    /// As whom a key with this scope acts: never more than an agent.
    package var role: Role {
        switch right {
        case .read: .viewer
        case .write: .agent
        }
    }
}
