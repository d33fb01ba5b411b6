package import Domain
package import Postgres
import Store

/// Brings the operator's account to what the environment says: at the start of an installation, before anybody is answered, and with
/// every login of theirs.
package struct OperatorAccess: Sendable {
    private let admin: FirstAdmin
    private let secret: Secret
    private let users: UserStore
    private let clock: WallClock
    private let ids: IDSource

    /// - Parameter secret: `SESSION_SECRET`.
    package init(_ admin: FirstAdmin, secret: Secret, database: Database, clock: WallClock, ids: IDSource) {
        self.admin = admin
        self.secret = secret
        users = UserStore(database: database)
        self.clock = clock
        self.ids = ids
    }

    /// Another name or password than last time ends all sessions of operators; whoever else was one is none any more.
    /// - Returns: the operator.
    @discardableResult
    package func settle() async throws -> UserID {
        try await users.ensureOperator(
            ids.make(), username: admin.username, fingerprint: admin.fingerprint(secret), at: clock.now())
    }
}
