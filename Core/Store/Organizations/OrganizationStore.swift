package import Domain
package import FoundationEssentials
package import Postgres

/// Organizations: listed for a user, everything else inside one of them.
package struct OrganizationStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// The user's organizations with their role there, oldest first.
    /// - Parameter after: creation time and id of the last one of the page before.
    package func list(of user: UserID, after: (Date, OrganizationID)?, limit: Int) async throws -> [Membership] {
        let rows = try await database.pipeline(
            as: user,
            [
                """
                select \(unescaped: Organization.columns.list(of: "organizations")), memberships.role
                from memberships join organizations on organizations.id = memberships.organization_id
                where memberships.user_id = \(user) and (\(after?.0)::timestamptz is null
                    or (organizations.created_at, organizations.id) > (\(after?.0)::timestamptz, \(after?.1)::uuid))
                order by organizations.created_at, organizations.id
                limit \(limit)
                """
            ])
        return try rows[0].map { Membership(organization: try Organization(row: $0), role: try $0["role"]) }
    }

    /// Creates the organization with the fields that were given. The same id again returns what is there.
    /// - Parameter most: how many a user may own, deleted ones aside; asked under a lock of the owner's, so that requests at the same
    ///   time can't slip past. `nil`: any number.
    /// - Throws: `OrganizationStoreError.tooMany`.
    package func create(
        _ new: NewOrganization, _ change: Change<Organization>, most: Int? = nil
    ) async throws -> Organization {
        try await database.transaction(opening: [.enter(as: new.owner), .enter(new.organization)]) { connection in
            try await Self.check(change, connection)
            if let most {
                let answers = try await connection.pipeline([
                    "select pg_advisory_xact_lock(hashtextextended('organizations of ' || \(new.owner)::text, 0))",
                    Self.owned(by: new.owner, besides: new.organization),
                ])
                let owned: Int = try answers[1].first?["owned"] ?? 0
                guard owned < most else { throw OrganizationStoreError.tooMany(most) }
            }
            _ = try await connection.pipeline(NewOrganization.queries(new, isPersonal: false))
            return try await Self.apply(change, to: new.organization, at: new.at, connection)
        }
    }

    private static func owned(by user: UserID, besides id: OrganizationID) -> Query {
        """
        select count(*) as owned from memberships
        join organizations on organizations.id = memberships.organization_id and organizations.deleted_at is null
        where memberships.user_id = \(user) and memberships.role = 'owner' and organizations.id <> \(id)
        """
    }

    package func read(_ id: OrganizationID) async throws -> Organization? {
        let rows = try await database.pipeline(for: id, [Self.select(id)])
        return try rows[0].first.map(Organization.init(row:))
    }

    package func update(_ id: OrganizationID, _ change: Change<Organization>, at now: Date) async throws -> Organization
    {
        try await database.transaction(for: id) { connection in
            try await Self.check(change, connection)
            return try await Self.apply(change, to: id, at: now, connection)
        }
    }

    /// Deletes softly: the rows stay for the books, its members no longer see it. Its channels are deleted with it, and its lines
    /// log out. Repeated it changes nothing.
    package func delete(_ id: OrganizationID, at now: Date) async throws {
        try await database.transaction(for: id) { connection in
            // In the order of locks: whoever deletes a channel, and the workers that hold the lines, come from there.
            let locked = try await connection.pipeline([
                "select from organizations where id = \(id) and deleted_at is null for no key update",
                "select from whatsapp_lines where organization_id = \(id) order by channel_id for no key update",
                """
                select id from channels where organization_id = \(id) and deleted_at is null order by id
                for no key update
                """,
            ])
            guard !locked[0].isEmpty else { return }
            let channels = try locked[2].map { row throws(PostgresError) -> ChannelID in try row["id"] }
            try await connection.pipeline(
                channels.flatMap { [.ask(.logOut, of: $0, at: now)] + Query.deletingChannel($0, at: now) }
                    + Self.deleting(id, at: now))
        }
    }

    private static func deleting(_ id: OrganizationID, at now: Date) -> [Query] {
        [
            """
            update number_purchases set status = 'kept', updated_at = \(now)
            where organization_id = \(id) and status in ('bought', 'unknown', 'requested', 'releasing')
            """,
            """
            update number_purchases set status = 'released', reason = 'It was withdrawn.', updated_at = \(now)
            where organization_id = \(id) and status = 'waiting'
            """,
            "update organizations set deleted_at = \(now), updated_at = \(now) where id = \(id)",
            """
            insert into events (organization_id, type, subject_id, at)
            values (\(id), 'organization.deleted', \(id), \(now))
            """,
        ]
    }

    func statistics(_ queries: [Query], of id: OrganizationID) async throws -> [[Row]] {
        try await database.pipeline(for: id, queries)
    }

    private static func check(_ change: Change<Organization>, _ connection: Connection) async throws {
        guard let zone = change[\.timeZone] else { return }
        guard TimeZoneName.mayBePlace(zone) else { throw OrganizationStoreError.unknownTimeZone }
        let rows = try await connection.query(
            "select exists (select from pg_timezone_names where name = \(zone)) as known")
        guard try rows.first?["known"] == true else { throw OrganizationStoreError.unknownTimeZone }
    }

    private static func apply(
        _ change: Change<Organization>, to id: OrganizationID, at now: Date, _ connection: Connection
    ) async throws -> Organization {
        let rows = try await connection.query(
            """
            with changed as (
                update organizations set \(set: change)
                    updated_at = \(now)
                where id = \(id) and deleted_at is null
                returning \(unescaped: Organization.columns.list)
            ), history as (
                insert into events (organization_id, type, subject_id, at)
                select id, 'organization.updated', id, \(now) from changed
            )
            select * from changed
            """)
        guard let row = rows.first else { throw OrganizationStoreError.gone }
        return try Organization(row: row)
    }

    private static func select(_ id: OrganizationID) -> Query {
        "select \(unescaped: Organization.columns.list) from organizations where id = \(id) and deleted_at is null"
    }
}

package struct Membership: Sendable, Equatable {
    package var organization: Organization
    /// `owner`, `admin`, `agent` or `viewer`.
    package var role: String
}

package enum OrganizationStoreError: Error, Equatable {
    case unknownTimeZone
    case gone
    /// The user owns as many as they may.
    case tooMany(Int)
}
