package import Postgres

/// Brings a database to what the files in `Migrations` say, each file in its own transaction, under one lock. Run by
/// `parley migrate`, by the runner at start and by deployments: never by a function.
///
/// `public.parley_migrations` remembers what was applied. The rules (what may be applied, what is refused) are
/// `MigrationPlan`'s.
package struct Migrator: Sendable {
    private let connection: Connection
    private let directory: String

    /// Any number will do, as long as every migrator takes the same lock.
    private static let lock = 7_265_210_042

    /// - Parameter connection: a role that may create roles and schemas (the cluster's owner).
    package init(connection: Connection, directory: String) {
        self.connection = connection
        self.directory = directory
    }

    /// - Parameters:
    ///   - passwords: `nil` leaves the roles as they are.
    ///   - dividesRoles: false leaves everything to `parley_app`, for tests that play every function at once.
    /// - Returns: the names of the files that were applied.
    package func run(passwords: RolePasswords? = nil, dividesRoles: Bool = true) async throws -> [String] {
        try await connection.query("select pg_advisory_lock(\(Self.lock))")
        do {
            let applied = try await bringUpToDate(passwords)
            if dividesRoles { try await RoleDivision(connection: connection).divide() }
            try await connection.query("select pg_advisory_unlock(\(Self.lock))")
            return applied
        } catch {
            _ = try? await connection.script("rollback; reset role")
            _ = try? await connection.query("select pg_advisory_unlock(\(Self.lock))")
            throw error
        }
    }

    private func bringUpToDate(_ passwords: RolePasswords?) async throws -> [String] {
        try await refuseOldInstallation()
        let files = try MigrationFile.all(in: directory)
        try await MigrationRoles(connection: connection).prepare(passwords: passwords)
        try await prepareRecord()
        let plan = try MigrationPlan(files: files, applied: try await applied())
        for file in plan.pending { try await apply(file) }
        for name in plan.forgotten {
            try await connection.query("delete from public.parley_migrations where name = \(name)")
        }
        try await prepareMonths()
        return plan.pending.map(\.name)
    }

    /// Each run prepares the months ahead, whether or not anything else is new.
    private func prepareMonths() async throws {
        var missing = 0
        repeat {
            missing =
                try await connection.query("select parley.ensure_partitions(now()) as missing").first?["missing"] ?? 0
        } while missing > 0
    }

    /// Before the first release migrations were numbered and had no checksums.
    private func refuseOldInstallation() async throws {
        let old = try await connection.query(
            """
            select to_regclass('public.parley_migrations') is not null and not exists (
                select from pg_attribute
                where attrelid = to_regclass('public.parley_migrations') and attname = 'sha256') as is_old
            """)
        if try old.first?["is_old"] == true { throw MigrationError.oldInstallation }
    }

    private func prepareRecord() async throws {
        try await connection.script(
            """
            create table if not exists public.parley_migrations (
                name text primary key,
                kind text not null check (kind in ('Baseline', 'Changes', 'Functions')),
                sha256 text not null check (length(sha256) = 64),
                applied_at timestamptz not null default now()
            )
            """)
    }

    private func applied() async throws -> [AppliedMigration] {
        try await connection.query("select name, kind, sha256 from public.parley_migrations").compactMap { row in
            let kind: String = try row["kind"]
            return try MigrationFile.Kind(rawValue: kind).map {
                AppliedMigration(name: try row["name"], kind: $0, checksum: try row["sha256"])
            }
        }
    }

    private func apply(_ file: MigrationFile) async throws {
        try await connection.script(
            "begin; set local role parley_owner; set local search_path = parley, public;\n\(file.sql)\n; reset role")
        try await connection.query(
            """
            insert into public.parley_migrations (name, kind, sha256)
            values (\(file.name), \(file.kind.rawValue), \(file.checksum))
            on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()
            """)
        try await connection.script("commit")
    }
}
