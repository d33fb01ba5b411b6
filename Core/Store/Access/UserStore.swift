package import Domain
package import FoundationEssentials
package import Postgres

/// People who sign in. Their rows are their own: every read but `credentials` names the user it is for.
package struct UserStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Writes the user, their personal organization, their ownership of it and its system personas, all or
    /// nothing.
    /// - Throws: `UserStoreError.emailTaken`.
    package func signUp(_ account: NewAccount) async throws {
        do {
            try await database.transaction(opening: [.enter(as: account.user), .enter(account.organization)]) {
                _ = try await $0.pipeline(
                    [Self.insert(account)] + NewOrganization.queries(account.founding, isPersonal: true))
            }
        } catch let error as PostgresError where error.constraint == "user_email" {
            throw UserStoreError.emailTaken
        }
    }

    private static func insert(_ account: NewAccount) -> Query {
        """
        insert into users (id, email, name, password_hash, created_at, updated_at)
        values (\(account.user), \(account.email), \(account.name), \(account.passwordHash), \(account.at), \(account.at))
        """
    }

    /// The account behind a login name, for checking its password; an operator has none that is stored.
    package func credentials(login: String) async throws -> (user: UserID, passwordHash: String)? {
        let rows = try await database.query("select user_id, password_hash from find_login(\(login))")
        return try rows.first.map { (try $0["user_id"], try $0["password_hash"]) }
    }

    package func user(_ id: UserID) async throws -> User? {
        let rows = try await database.pipeline(
            as: id, ["select id, email, username, name, is_operator from users where id = \(id)"])
        return try rows[0].first.map(User.init(row:))
    }

    package func replacePasswordHash(of user: UserID, with hash: String, at now: Date) async throws {
        try await database.pipeline(
            as: user, ["update users set password_hash = \(hash), updated_at = \(now) where id = \(user)"])
    }

    /// Makes the operator, once, and the owner of the platform's organization. Another fingerprint than last time ends the sessions
    /// of all operators, and another name is that account's new one.
    /// - Parameter fingerprint: a keyed hash of name and password, 32 bytes.
    /// - Returns: the operator, made now or before.
    package func ensureOperator(_ id: UserID, username: String, fingerprint: Data, at now: Date) async throws -> UserID
    {
        try await database.transaction { connection in
            let rows = try await connection.pipeline([
                "select ensure_operator(\(id), \(username), \(fingerprint), \(now)) as id",
                "select set_config('parley.organization', platform_organization()::text, true)",
            ])
            guard let row = rows[0].first else { throw PostgresError.decoding("no operator") }
            let user: UserID = try row["id"]
            try await connection.query(
                """
                insert into memberships (organization_id, user_id, role, created_at)
                values (platform_organization(), \(user), 'owner', \(now)) on conflict do nothing
                """)
            return user
        }
    }
}

package struct User: Sendable, Equatable {
    package var id: UserID
    package var email: String?
    package var username: String?
    package var name: String
    package var isOperator: Bool

    init(row: Row) throws {
        id = try row["id"]
        email = try row["email"]
        username = try row["username"]
        name = try row["name"]
        isOperator = try row["is_operator"]
    }
}

/// A sign-up whose fields were checked.
package struct NewAccount: Sendable {
    package var user: UserID
    package var organization: OrganizationID
    /// Lower case.
    package var email: String
    package var name: String
    package var businessName: String
    package var passwordHash: String
    package var at: Date

    package init(
        user: UserID, organization: OrganizationID, email: String, name: String, businessName: String,
        passwordHash: String, at: Date
    ) {
        self.user = user
        self.organization = organization
        self.email = email
        self.name = name
        self.businessName = businessName
        self.passwordHash = passwordHash
        self.at = at
    }

    var founding: NewOrganization {
        NewOrganization(organization: organization, owner: user, name: businessName, at: at)
    }
}

package enum UserStoreError: Error, Equatable {
    case emailTaken
}
