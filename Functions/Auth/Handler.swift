import Access
import Domain
import Store
import Web

/// Sign-up, login, logout, and who am I.
///
/// Sign-up and login are open and answer with the cookie `wa.sid` for browsers and a bearer token for machines; both end
/// with the session. Tries are limited to 5 per 15 minutes, per address and per account. Logout ends the session; a
/// repeat answers the same. Nothing here names an organization but the list of those the user belongs to.
struct AuthHandler: Sendable {
    private static let bodyLimit = 16 << 10

    let accounts: Accounts
    let organizations: OrganizationStore

    private struct LoginForm: Decodable {
        var email: String?
        var username: String?
        var password: String

        func login() throws -> String {
            switch (email, username) {
            case (let login?, nil), (nil, let login?): return login
            case (nil, nil): throw Fault.invalid("email", "Send an email or a username.")
            case (_?, _?): throw Fault.invalid("username", "Send an email or a username, not both.")
            }
        }
    }

    func signUp(_ request: Request) async throws -> Response {
        let form = try request.decode(SignUpForm.self, limit: Self.bodyLimit)
        return try await answer(try await accounts.signUp(form, from: request), status: 201)
    }

    func login(_ request: Request) async throws -> Response {
        let form = try request.decode(LoginForm.self, limit: Self.bodyLimit)
        let login = try await accounts.login(try form.login(), password: form.password, from: request)
        return try await answer(login, status: 200)
    }

    func logout(_ request: Request, _ admission: Admission) async throws -> Response {
        var response = Response.value(["ok": .bool(true)])
        response.cookies = [try await accounts.logout(admission)]
        return response
    }

    func user(_ request: Request, _ admission: Admission) async throws -> Response {
        var body = try await description(of: admission.session.user)
        body["csrf_token"] = .string(accounts.csrfToken(admission.session.id))
        return .value(body)
    }

    private func answer(_ login: Login, status: Int) async throws -> Response {
        var body = try await description(of: login.user)
        body["csrf_token"] = .string(login.csrfToken)
        body["token"] = .string(login.bearer)
        body["token_type"] = .string("Bearer")
        body["expires_in"] = .integer(Int(BearerTokens.lifetime))
        var response = Response.value(body, status: status)
        response.cookies = [login.cookie]
        response.headers.add("cache-control", "no-store")
        return response
    }

    private func description(of id: UserID) async throws -> [String: JSONValue] {
        guard let user = try await accounts.user(id) else { throw Fault.unauthenticated }
        let memberships = try await organizations.list(of: id, after: nil, limit: 100)
        return [
            "user": .object([
                "id": .string(user.id.text), "email": .text(user.email), "username": .text(user.username),
                "name": .string(user.name), "is_operator": .bool(user.isOperator),
            ]),
            "organizations": .array(
                memberships.map { membership in
                    .object([
                        "id": .string(membership.organization.id.text), "name": .string(membership.organization.name),
                        "role": .string(membership.role), "is_personal": .bool(membership.organization.isPersonal),
                        "onboarding_completed": .bool(membership.organization.onboardingCompleted),
                    ])
                }),
        ]
    }
}

extension AuthHandler {
    func router() -> Router {
        var routes = Routes(accounts.authenticator)
        for route in ["POST /api/auth/signup", "POST /api/v1/auth/signup"] { routes.open(route, signUp) }
        for route in ["POST /api/auth/login", "POST /api/v1/auth/login"] { routes.open(route, login) }
        for route in ["POST /api/auth/logout", "POST /api/v1/auth/logout"] { routes.signedIn(route, logout) }
        for route in ["GET /api/auth/user", "GET /api/v1/auth/user"] { routes.signedIn(route, user) }
        return routes.router
    }
}
