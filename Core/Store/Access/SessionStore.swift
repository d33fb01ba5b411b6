package import Domain
package import FoundationEssentials
package import Postgres

/// Sessions: opened by the hash of a cookie's token or by the id in a verified bearer token, 24 hours, rolling.
package struct SessionStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    package func create(_ session: NewSession) async throws {
        try await database.pipeline(
            as: session.user,
            [
                """
                insert into sessions (id, user_id, token_hash, agent_hash, created_at, last_seen_at, expires_at)
                values (\(session.id), \(session.user), \(session.tokenHash), \(session.agentHash), \(session.at),
                    \(session.at), \(session.at.addingTimeInterval(NewSession.lifetime)))
                """
            ])
    }

    /// - Parameter organization: the one the request names; `nil` picks the user's personal one, else their oldest.
    /// - Returns: `nil` when there is no such session, it expired, or it came from another browser.
    package func open(_ proof: SessionProof, organization: OrganizationID?, at now: Date) async throws -> OpenSession? {
        let rows = try await database.query(
            """
            select session_id, user_id, is_operator, organization_id, role
            from open_session(\(proof.tokenHash), \(proof.session), \(proof.agentHash), \(organization), \(now))
            """)
        return try rows.first.map(OpenSession.init(row:))
    }

    package func end(_ session: SessionID, of user: UserID) async throws {
        try await database.pipeline(as: user, ["delete from sessions where id = \(session)"])
    }
}

package struct NewSession: Sendable {
    /// Seconds.
    package static let lifetime = 24.0 * 3600

    package var id: SessionID
    package var user: UserID
    /// SHA-256, 32 bytes each.
    package var tokenHash: Data
    package var agentHash: Data
    package var at: Date

    package init(id: SessionID, user: UserID, tokenHash: Data, agentHash: Data, at: Date) {
        self.id = id
        self.user = user
        self.tokenHash = tokenHash
        self.agentHash = agentHash
        self.at = at
    }
}

/// What a request shows to be let in.
package enum SessionProof: Sendable, Equatable {
    /// SHA-256 of the cookie's token and of the User-Agent.
    case cookie(tokenHash: Data, agentHash: Data)
    /// The session named by a bearer token whose signature was verified.
    case bearer(SessionID)

    var tokenHash: Data? { if case .cookie(let hash, _) = self { hash } else { nil } }
    var agentHash: Data? { if case .cookie(_, let hash) = self { hash } else { nil } }
    var session: SessionID? { if case .bearer(let session) = self { session } else { nil } }
}

package struct OpenSession: Sendable, Equatable {
    package var id: SessionID
    package var user: UserID
    package var isOperator: Bool
    /// `nil`: the user is no member of the organization that was asked for, or of any.
    package var organization: OrganizationID?
    /// The membership's role: `owner`, `admin`, `agent` or `viewer`.
    package var role: String?

    init(row: Row) throws {
        id = try row["session_id"]
        user = try row["user_id"]
        isOperator = try row["is_operator"]
        organization = try row["organization_id"]
        role = try row["role"]
    }
}
