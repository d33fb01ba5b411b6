import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let signedInUser = Endpoint(
        .get, "/api/v1/auth/user", also: ["GET /api/auth/user"], "Who is signed in, and where they belong.",
        for: .signedIn, answers: .one(Account.answer)
    ) { call in try await call.account(of: call.user, session: call.session.id) }
}

/// A user as they see themselves.
struct Account: Sendable {
    var user: User
    var memberships: [Membership]
    /// For writes by a browser.
    var csrfToken: String

    static let answer = Answer<Account> {
        $0.field("user", \.user, User.answer)
        $0.field("organizations", \.memberships, each: Membership.answer, about: "At most 100, the oldest first.")
        $0.field("csrf_token", \.csrfToken, about: "A browser sends it as x-csrf-token with every write.")
    }
}

extension Call {
    func account(of id: UserID, session: SessionID) async throws -> Account {
        let accounts = try api.accounts()
        guard let user = try await accounts.user(id) else { throw Fault.unauthenticated }
        let memberships = try await api.organizations.list(of: id, after: nil, limit: 100)
        return Account(user: user, memberships: memberships, csrfToken: accounts.csrfToken(session))
    }
}

extension User {
    fileprivate static let answer = Answer<User> {
        $0.field("id", \.id)
        $0.field("email", \.email)
        $0.field("username", \.username)
        $0.field("name", \.name)
        $0.field("is_operator", \.isOperator, about: "Platform staff.")
    }
}

extension Membership {
    fileprivate static let answer = Answer<Membership> {
        $0.field("id", \.organization.id)
        $0.field("name", \.organization.name)
        $0.field("role", shape: Role.shape) { .string($0.role) }
        $0.field("is_personal", \.organization.isPersonal)
        $0.field("onboarding_completed", \.organization.onboardingCompleted)
    }
}
