import Cryptography
package import Domain
package import FoundationEssentials
import Web

/// Bearer tokens for machines: JSON Web Tokens, one hour, bound to the login's session: when that ends, the token ends with it.
package struct BearerTokens: Sendable {
    /// Seconds.
    package static let lifetime = 3600.0
    private static let issuer = JSONValue.string("parley")
    private static let audience = JSONValue.string("parley-api")

    private let key: SecretKey

    package init(secret: Secret) {
        key = secret.key(for: "bearer token")
    }

    package func issue(user: UserID, session: SessionID, at now: Date) -> String {
        let seconds = now.timeIntervalSince1970
        return JSONWebToken.sign(
            [
                "iss": Self.issuer, "aud": Self.audience, "sub": .string(user.text), "sid": .string(session.text),
                "iat": .integer(Int(seconds)), "exp": .integer(Int(seconds + Self.lifetime)),
            ], key: key)
    }

    /// The session of a valid token. `nil` for anything else; why is nobody's business.
    package func session(of token: String, at now: Date) -> SessionID? {
        guard let claims = JSONWebToken.claims(of: token, key: key), claims["iss"] == Self.issuer,
            claims["aud"] == Self.audience, let expiry = claims["exp"]?.integer,
            now.timeIntervalSince1970 < Double(expiry)
        else { return nil }
        return claims["sid"]?.string.flatMap { SessionID($0) }
    }
}
