package import Domain
package import Postgres
package import Store
package import Web

/// Sign-up, login and logout.
package struct Accounts: Sendable {
    package let authenticator: Authenticator
    private let users: UserStore
    private let attempts: LoginAttemptStore
    private let hasher: PasswordHasher
    private let admin: FirstAdmin
    private let operators: OperatorAccess
    private let randomness: Randomness
    private let ids: IDSource
    private var clock: WallClock { authenticator.clock }

    package init(
        authenticator: Authenticator, database: Database, admin: FirstAdmin, randomness: Randomness, ids: IDSource,
        cost: PasswordHasher.Cost = .recommended
    ) {
        self.authenticator = authenticator
        users = UserStore(database: database)
        attempts = LoginAttemptStore(database: database)
        hasher = PasswordHasher(cost: cost, randomness: randomness)
        self.admin = admin
        operators = OperatorAccess(
            admin, secret: authenticator.secret, database: database, clock: authenticator.clock, ids: ids)
        self.randomness = randomness
        self.ids = ids
    }

    /// Makes the account and logs it in.
    /// - Throws: `UserStoreError.emailTaken`.
    package func signUp(_ form: SignUp, from request: Request) async throws -> Login {
        try CrossSiteGuard.refuseCrossSite(request)
        guard form.email != admin.username else { throw UserStoreError.emailTaken }
        let account = NewAccount(
            user: ids.make(), organization: ids.make(), email: form.email, name: form.name,
            businessName: form.businessName, passwordHash: try hasher.hash(form.password), at: clock.now())
        try await users.signUp(account)
        return try await open(account.user, named: form.email, request)
    }

    /// - Parameter login: an email address, or the first administrator's username.
    package func login(_ login: String, password: String, from request: Request) async throws -> Login {
        try CrossSiteGuard.refuseCrossSite(request)
        let caller = LoginAttemptStore.Caller(
            address: countedAddress(request.sourceIP), device: authenticator.devices.id(in: request, for: login))
        let attempt = try await attempts.take(caller, login: login, at: clock.now())
        guard attempt.wait == 0 else { throw Fault.tooManyTries(retryAfter: attempt.wait) }
        guard let user = try await user(attempt.name, password) else {
            throw Fault(status: 401, code: "wrong-credentials", detail: "The login or the password is wrong.")
        }
        return try await open(user, named: attempt.name, request)
    }

    package func logout(_ admission: Admission) async throws -> String {
        try await authenticator.sessions.end(admission.session.id, of: admission.session.user)
        return authenticator.cookie.clearing()
    }

    package func user(_ id: UserID) async throws -> User? {
        try await users.user(id)
    }

    package func csrfToken(_ session: SessionID) -> String {
        authenticator.crossSite.token(for: session)
    }

    private func user(_ login: String, _ password: String) async throws -> UserID? {
        guard password.utf8.count <= PasswordRule.length.upperBound else { return nil }
        if login == admin.username { return try await administrator(password) }
        let found = try await users.credentials(login: login)
        switch try hasher.verify(password, against: found?.passwordHash) {
        case .wrong: return nil
        case .right: return found?.user
        case .rightButStale:
            if let found {
                try await users.replacePasswordHash(of: found.user, with: try hasher.hash(password), at: clock.now())
            }
            return found?.user
        }
    }

    /// A hash is made before the comparison, so that a wrong password takes as long as for anybody else.
    private func administrator(_ password: String) async throws -> UserID? {
        _ = try hasher.verify(password, against: nil)
        guard admin.matches(password) else { return nil }
        return try await operators.settle()
    }

    /// - Parameter name: of the account, in its one spelling.
    private func open(_ user: UserID, named name: String, _ request: Request) async throws -> Login {
        let token = randomness.bytes(32)
        let now = clock.now()
        let session = NewSession(
            id: ids.make(), user: user, tokenHash: sha256(token), agentHash: SessionCookie.agentHash(in: request),
            at: now)
        try await authenticator.sessions.create(session)
        let device = authenticator.devices.cookie(request, for: name, randomness)
        let caller = LoginAttemptStore.Caller(
            address: countedAddress(request.sourceIP), device: authenticator.devices.id(in: request, for: name))
        try await attempts.entered(caller, login: name, at: now)
        return Login(
            user: user, session: session.id, cookie: authenticator.cookie.setting(Base64URL.encode(token)),
            device: device,
            bearer: authenticator.tokens.issue(user: user, session: session.id, at: now),
            csrfToken: csrfToken(session.id))
    }
}

/// A login that succeeded.
package struct Login: Sendable, Equatable {
    package var user: UserID
    package var session: SessionID
    /// `Set-Cookie`
    package var cookie: String
    /// `Set-Cookie` of the device (`KnownDevice`).
    package var device: String
    /// Valid for `BearerTokens.lifetime` seconds.
    package var bearer: String
    package var csrfToken: String
}
