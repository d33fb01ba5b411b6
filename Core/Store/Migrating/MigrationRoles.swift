import Postgres

/// The roles that all databases of a cluster share. They are made before the first file: CREATE ROLE can't run twice.
struct MigrationRoles {
    let connection: Connection

    /// - Parameter passwords: `nil` leaves the roles as they are.
    func prepare(passwords: RolePasswords?) async throws {
        for role in ["parley_owner", "parley_definer"] + DatabaseRole.allCases.map(\.rawValue) {
            try await create(role)
        }
        try await connection.script(
            """
            do $$ begin
                execute format('grant create on database %I to parley_owner', current_database());
                -- A role that may create roles, but is no superuser, must be a member before it can work as the owner.
                if not pg_has_role('parley_owner', 'member') then
                    execute format('grant parley_owner to %I', current_user);
                end if;
                if not pg_has_role('parley_owner', 'parley_definer', 'member') then
                    grant parley_definer to parley_owner;
                end if;
            end $$
            """)
        for role in DatabaseRole.allCases { try await set(Self.settings + role.settings, of: role) }
        if let passwords { try await set(passwords) }
    }

    /// Of the application's sessions. Nothing of ours waits so long for a lock or between two statements; a process that
    /// hangs within a transaction (paused, swapped out, cut off) must not keep its locks for ever. No statement of ours is worth
    /// compiling: those that must step over an index (`claim_job`) look so expensive that each call would be, for 50 ms.
    private static let settings = [
        "TimeZone=UTC", "DateStyle=ISO", "search_path=parley, public", "statement_timeout=30s", "lock_timeout=10s",
        "idle_in_transaction_session_timeout=15s", "jit=off",
    ]

    /// Only what differs: two migrators that write the same role at once are refused.
    private func set(_ settings: [String], of role: DatabaseRole) async throws {
        let statements = settings.map { setting in
            let parts = setting.split(separator: "=").map(String.init)
            let value = parts[0] == "search_path" ? parts[1] : "'\(parts[1])'"
            return """
                if not exists (
                    select from pg_roles where rolname = '\(role.rawValue)' and rolconfig @> array['\(setting)']) then
                    alter role \(role.rawValue) set \(parts[0]) = \(value);
                end if;
                """
        }
        try await connection.script(
            """
            do $$ begin
                \(statements.joined(separator: "\n"))
            exception when internal_error then
                -- "tuple concurrently updated": another database's migrator writes the same.
                null;
            end $$
            """)
    }

    /// Several databases (tests) may prepare roles at once, and the migrators' lock is per database: a name that appeared
    /// in between is fine.
    private func create(_ role: String) async throws {
        try await connection.script(
            """
            do $$ begin
                if not exists (select from pg_roles where rolname = '\(role)') then
                    create role \(role) nologin;
                end if;
            exception when duplicate_object or unique_violation then null;
            end $$
            """)
    }

    private func set(_ passwords: RolePasswords) async throws {
        for role in DatabaseRole.allCases {
            let password = passwords.password(of: role)
            let quoted = try await connection.query("select quote_literal(\(password)) as quoted")
            guard let literal: String = try quoted.first?["quoted"] else { continue }
            try await connection.script("alter role \(role.rawValue) login password \(literal)")
        }
    }
}
