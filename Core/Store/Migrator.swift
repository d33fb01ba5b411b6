import FoundationEssentials
package import Postgres

/// Applies `Migrations/NNN_name.sql` in order, each once, each in its own transaction, under one lock. Run by
/// `parley migrate`, by the runner at start and by deployments: never by a function.
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

    /// - Parameter appPassword: the password `parley_app` logs in with; `nil` leaves the role as it is.
    /// - Returns: the names of the migrations that were applied.
    package func run(appPassword: String? = nil) async throws -> [String] {
        try await connection.query("select pg_advisory_lock(\(Self.lock))")
        do {
            try await prepareRoles(appPassword: appPassword)
            let applied = try await applyPending()
            try await connection.query("select pg_advisory_unlock(\(Self.lock))")
            return applied
        } catch {
            _ = try? await connection.script("rollback; reset role")
            _ = try? await connection.query("select pg_advisory_unlock(\(Self.lock))")
            throw error
        }
    }

    private func applyPending() async throws -> [String] {
        let done = Set(
            try await connection.query("select name from parley_migrations").map { row -> String in try row["name"] })
        var applied: [String] = []
        for migration in try Self.migrations(in: directory) where !done.contains(migration.name) {
            try await apply(migration)
            applied.append(migration.name)
        }
        return applied
    }

    private func apply(_ migration: Migration) async throws {
        try await connection.script("begin; set local role parley_owner;\n\(migration.sql)\n; reset role")
        try await connection.query("insert into parley_migrations (name) values (\(migration.name))")
        try await connection.script("commit")
    }

    private func prepareRoles(appPassword: String?) async throws {
        // Roles belong to the cluster, and several databases (tests) may prepare them at once: the lock is per database,
        // so a name that appeared in between is fine.
        for role in ["parley_owner", "parley_definer", "parley_app"] {
            try await connection.script(
                """
                do $$ begin
                    create role \(role) nologin;
                exception when duplicate_object or unique_violation then null;
                end $$
                """)
        }
        try await connection.script(
            """
            do $$ begin
                execute format('grant create on database %I to parley_owner', current_database());
            end $$;
            create table if not exists public.parley_migrations
                (name text primary key, applied_at timestamptz not null default now());
            """)
        try await grantDefiner()
        if let appPassword { try await setPassword(appPassword) }
    }

    private func grantDefiner() async throws {
        let member = try await connection.query(
            "select pg_has_role('parley_owner', 'parley_definer', 'member') as member")
        if try member.first?["member"] == true { return }
        try await connection.script("grant parley_definer to parley_owner")
    }

    private func setPassword(_ password: String) async throws {
        let quoted = try await connection.query("select quote_literal(\(password)) as quoted")
        guard let literal: String = try quoted.first?["quoted"] else { return }
        try await connection.script("alter role parley_app login password \(literal)")
    }

    struct Migration {
        let name: String
        let sql: String
    }

    /// In order of their numbers. An empty or missing folder is an error: a schema that silently stays empty helps nobody.
    static func migrations(in directory: String) throws -> [Migration] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".sql") }
        guard !names.isEmpty else { throw MigrationError.noMigrations(directory) }
        return try names.sorted().map { name in
            guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(name)"),
                let sql = String(validating: bytes, as: UTF8.self)
            else { throw MigrationError.unreadable(name) }
            return Migration(name: name, sql: sql)
        }
    }
}

package enum MigrationError: Error, CustomStringConvertible {
    case noMigrations(String)
    case unreadable(String)

    package var description: String {
        switch self {
        case .noMigrations(let directory): "no migrations in \(directory)"
        case .unreadable(let name): "the migration \(name) can't be read as UTF-8"
        }
    }
}
