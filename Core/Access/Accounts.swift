package import Domain
package import Postgres
package import Store
package import Web

/// Sign-up, login and logout.
package struct Accounts: Sendable {
    /// Tries per 15 minutes, per address and per account.
    static let loginTries = 5
    static let signUps = 60

    package let authenticator: Authenticator
    private let users: UserStore
    private let attempts: LoginAttemptStore
    private let hasher: PasswordHasher
    private let admin: FirstAdmin
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
        self.randomness = randomness
        self.ids = ids
    }

    /// Makes the account and logs it in.
    /// - Throws: `UserStoreError.emailTaken`.
    package func signUp(_ form: SignUp, from request: Request) async throws -> Login {
        try CrossSiteGuard.refuseCrossSite(request)
        // Counted apart from logins: a new account starts with all its tries.
        try await take(
            "sign-up " + countedAddress(request.sourceIP), name: "sign-up " + form.email, most: Self.signUps)
        let account = NewAccount(
            user: ids.make(), organization: ids.make(), email: form.email, name: form.name,
            businessName: form.businessName, passwordHash: try hasher.hash(form.password), at: clock.now())
        try await users.signUp(account)
        return try await open(account.user, request)
    }

    /// - Parameter login: an email address, or the first administrator's username.
    package func login(_ login: String, password: String, from request: Request) async throws -> Login {
        try CrossSiteGuard.refuseCrossSite(request)
        let name = login.lowercased()
        try await take(countedAddress(request.sourceIP), name: name, most: Self.loginTries)
        guard let user = try await user(login, password) else {
            throw Fault(status: 401, code: "wrong-credentials", detail: "The login or the password is wrong.")
        }
        try await attempts.forgive(account: sha256(name.utf8))
        return try await open(user, request)
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

    private func take(_ address: String, name: String, most: Int) async throws {
        let wait = try await attempts.take(
            address: address, account: sha256(name.utf8), most: most, at: clock.now())
        if wait > 0 { throw Fault.tooManyTries(retryAfter: wait) }
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

    /// The hash is made before the comparison, so that a wrong password takes as long as for anybody else.
    private func administrator(_ password: String) async throws -> UserID? {
        let hash = try hasher.hash(password)
        guard admin.matches(password) else { return nil }
        return try await users.ensureOperator(
            ids.make(), username: admin.username, passwordHash: hash, at: clock.now())
    }

    private func open(_ user: UserID, _ request: Request) async throws -> Login {
        let token = randomness.bytes(32)
        let now = clock.now()
        let session = NewSession(
            id: ids.make(), user: user, tokenHash: sha256(token), agentHash: SessionCookie.agentHash(in: request),
            at: now)
        try await authenticator.sessions.create(session)
        return Login(
            user: user, session: session.id, cookie: authenticator.cookie.setting(Base64URL.encode(token)),
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
    /// Valid for `BearerTokens.lifetime` seconds.
    package var bearer: String
    package var csrfToken: String
}
