package import Domain
package import FoundationEssentials
import JWTKit

/// Bearer tokens for machines: JWT, HS256 and nothing else (RFC 7519, RFC 8725 3.1), one hour, bound to the login's
/// session: when that ends, the token ends with it.
package struct BearerTokens: Sendable {
    /// Seconds.
    package static let lifetime = 3600.0
    private static let issuer = "parley"
    private static let audience = "parley-api"

    private let keys: JWTKeyCollection
    private let key: HMACKey

    package init(secret: Secret) {
        keys = JWTKeyCollection()
        key = HMACKey(key: secret.key(for: "bearer token"))
    }

    package func issue(user: UserID, session: SessionID, at now: Date) async throws -> String {
        let claims = Claims(
            iss: IssuerClaim(value: Self.issuer), aud: AudienceClaim(value: [Self.audience]),
            sub: SubjectClaim(value: user.text), sid: session.text, iat: IssuedAtClaim(value: now),
            exp: ExpirationClaim(value: now.addingTimeInterval(Self.lifetime)))
        return try await keys.add(hmac: key, digestAlgorithm: .sha256).sign(claims)
    }

    /// The session of a valid token. `nil` for anything else; why is nobody's business.
    package func session(of token: String, at now: Date) async -> SessionID? {
        guard token.utf8.count <= 2048,
            let claims = try? await keys.add(hmac: key, digestAlgorithm: .sha256).verify(token, as: Claims.self),
            claims.iss.value == Self.issuer, claims.aud.value == [Self.audience],
            (try? claims.exp.verifyNotExpired(currentDate: now)) != nil
        else { return nil }
        return SessionID(claims.sid)
    }
}

private struct Claims: JWTPayload {
    var iss: IssuerClaim
    var aud: AudienceClaim
    var sub: SubjectClaim
    var sid: String
    var iat: IssuedAtClaim
    var exp: ExpirationClaim

    /// Times are checked by the caller, against the injected clock.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
