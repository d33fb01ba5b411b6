package import Domain
import FoundationEssentials
package import Postgres
package import Store
package import Web

/// Decides who is calling: a session cookie (browser) or a bearer token (machine), and for which organization.
package struct Authenticator: Sendable {
    let sessions: SessionStore
    let keys: APIKeyStore
    let cookie: SessionCookie
    let tokens: BearerTokens
    let crossSite: CrossSiteGuard
    let devices: KnownDevice
    let secret: Secret
    let clock: WallClock

    /// - Parameters:
    ///   - secret: `SESSION_SECRET`.
    ///   - publicURL: `PUBLIC_URL`; decides whether the cookie is `Secure`.
    package init(database: Database, secret: String, publicURL: String, clock: WallClock) throws(WeakSecret) {
        let secret = try Secret(secret)
        sessions = SessionStore(database: database)
        keys = APIKeyStore(database: database)
        cookie = SessionCookie(publicURL: publicURL)
        tokens = BearerTokens(secret: secret)
        crossSite = CrossSiteGuard(secret: secret)
        devices = KnownDevice(secret: secret, publicURL: publicURL)
        self.secret = secret
        self.clock = clock
    }

    /// - Parameter organization: the one the request names; `nil` picks the user's personal one, else their oldest.
    /// - Throws: 401 without a valid session, 403 for a cookie write without its CSRF token.
    package func admit(_ request: Request, organization: OrganizationID? = nil) async throws -> Admission {
        guard let proof = try await proof(in: request),
            let session = try await sessions.open(proof, organization: organization, at: clock.now())
        else { throw Fault.unauthenticated }
        guard case .cookie = proof else { return Admission(session: session, cookie: nil) }
        try crossSite.check(request, session: session.id)
        return Admission(session: session, cookie: request.cookies[SessionCookie.name].map(cookie.setting))
    }

    /// A bearer token that is sent must be right: there is no falling back to a cookie.
    private func proof(in request: Request) async throws -> SessionProof? {
        if request.headers["authorization"] != nil {
            guard let token = bearer(in: request) else { return nil }
            return tokens.session(of: token, at: clock.now()).map(SessionProof.bearer)
        }
        return SessionCookie.tokenHash(in: request).map {
            .cookie(tokenHash: $0, agentHash: SessionCookie.agentHash(in: request))
        }
    }

    func bearer(in request: Request) -> String? {
        let parts = (request.headers["authorization"] ?? "").split(separator: " ")
        return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }
}

/// A request that was let in.
package struct Admission: Sendable, Equatable {
    package var session: OpenSession
    /// `Set-Cookie` that rolls the browser's 24 hours; `nil` for bearer requests.
    package var cookie: String?

    /// The user within the organization; `nil` when they are no member of it.
    package var member: Member? {
        guard let organization = session.organization, let role = session.role.flatMap(Role.init) else {
            return nil
        }
        return Member(
            user: session.user, organization: organization, role: role, isOperator: session.isOperator,
            session: session.id)
    }
}
