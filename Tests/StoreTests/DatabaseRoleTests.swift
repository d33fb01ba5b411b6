import Postgres
import Support
import Testing

@testable import Store

/// A database role may do only what its function does.
@Suite struct DatabaseRoleTests {
    private func divided(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try await TestDatabase.administer(database.ownerURL) { try await RoleDivision(connection: $0).divide() }
            try await body(database)
        }
    }

    @Test func everyCapabilityBelongsToItsRolesAlone() async throws {
        try await divided { database in
            for capability in DatabaseRole.functions {
                for role in DatabaseRole.allCases {
                    let rows = try await database.owner.query(
                        """
                        select bool_and(has_function_privilege(\(role.rawValue), oid, 'execute')) as may from pg_proc
                        where pronamespace = 'parley'::regnamespace and proname = \(capability.name)
                        having count(*) > 0
                        """)
                    let may: Bool = try #require(rows.first, "there is no function \(capability.name)")["may"]
                    #expect(may == capability.roles.contains(role), "\(role.rawValue), \(capability.name)")
                }
            }
        }
    }

    /// Column by column, and nothing that the tables' own files don't give.
    @Test func everyTableIsOpenAsDeclaredAndNotBeyond() async throws {
        let whole = try await TestDatabase.with { database in try await Self.rights(of: [.app], in: database.owner) }
        try await divided { database in
            let found = try await Self.rights(of: DatabaseRole.allCases, in: database.owner)
            for table in DatabaseRole.tables {
                let given = whole.filter { $0.table == table.name }
                for role in DatabaseRole.allCases {
                    let expected = Self.declared(for: role, on: table, columns: Set(given.map(\.column)))
                    let actual = found.filter { $0.role == role && $0.table == table.name }
                    #expect(actual == expected, "\(role), \(table.name)")
                    #expect(expected.allSatisfy { given.contains($0.of(.app)) }, "parley_app never had that")
                }
            }
        }
    }

    private static func declared(
        for role: DatabaseRole, on table: DatabaseRole.Table, columns: Set<String>
    ) -> Set<Right> {
        var texts = [table.rights[role] ?? ""]
        if role.worksOnTenants || role == .app { texts.append(table.common ?? "") }
        var rights: Set<Right> = []
        for text in texts {
            for match in text.matches(of: /(select|insert|update|delete)( \([a-z_, ]+\))?/) {
                let named = (match.2 ?? "").split { !($0.isLetter || $0 == "_") }.map(String.init)
                for column in named.isEmpty ? columns : Set(named) {
                    rights.insert(Right(role: role, table: table.name, column: column, verb: String(match.1)))
                }
            }
        }
        return rights
    }

    private struct Right: Hashable {
        var role: DatabaseRole
        var table: String
        var column: String
        var verb: String

        func of(_ role: DatabaseRole) -> Right { Right(role: role, table: table, column: column, verb: verb) }
    }

    /// What roles may do with the declared tables. A right to delete counts for every column.
    private static func rights(of roles: [DatabaseRole], in owner: Database) async throws -> Set<Right> {
        let rows = try await owner.query(
            """
            select role, relname as table, attname as column, verb
            from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
            cross join unnest(\(array: roles.map(\.rawValue))::text[]) as role
            cross join unnest(array['select', 'insert', 'update', 'delete']) as verb
            where relnamespace = 'parley'::regnamespace and relname = any (\(array: DatabaseRole.tables.map(\.name))::text[])
                and case when verb = 'delete' then has_table_privilege(role, pg_class.oid, verb)
                    else has_column_privilege(role, pg_class.oid, attnum, verb) end
            """)
        var rights: Set<Right> = []
        for row in rows {
            let role: String = try row["role"]
            rights.insert(
                Right(
                    role: try #require(DatabaseRole(rawValue: role)), table: try row["table"],
                    column: try row["column"], verb: try row["verb"]))
        }
        return rights
    }

    @Test(arguments: [
        (DatabaseRole.inbound, "select parley.find_login('admin')"),
        (.app, "select parley.prune(now())"),
        (.app, "select parley.ensure_partitions(now())"),
        (.housekeeping, "select parley.rebuild_message_counts(gen_random_uuid())"),
        (.api, "select parley.announce_runner(gen_random_uuid(), 60, false)"),
        (.inbound, "delete from parley.idle_runners"),
        (.api, "select parley.ensure_operator(gen_random_uuid(), 'mallory', 'hash', now())"),
        (.auth, "select * from parley.runner_events"),
        (.app, "select * from parley.runner_events"),
        (.app, "delete from parley.runner_schedules"),
        (.lines, "select * from parley.platform_credentials()"),
        (.app, "select * from parley.provider_credentials"),
        (.api, "select sealed from parley.provider_credentials"),
        (.api, "insert into parley.api_keys select * from parley.api_keys"),
        (.api, "update parley.users set password_hash = ''"),
        (.api, "delete from parley.sessions"),
        (.api, "update parley.memberships set role = 'owner'"),
        (.inbound, "insert into parley.memberships select * from parley.memberships"),
        (.inbound, "select * from parley.idempotency_keys"),
        (.jobs, "select * from parley.whatsapp_keys"),
        (.jobs, "select * from parley.users"),
        (.lines, "select * from parley.turn_recordings"),
        (.lines, "select * from parley.api_keys"),
        (.housekeeping, "select * from parley.organizations"),
        (.runner, "select * from parley.messages"),
        (.health, "select * from parley.organizations"),
    ])
    func aRoleIsRefusedWhatItDoesNotDo(_ role: DatabaseRole, _ statement: String) async throws {
        try await divided { database in
            try await TestDatabase.administer(database.ownerURL) { connection in
                try await connection.script("set role \(role.rawValue)")
                let error = await #expect(throws: PostgresError.self) { try await connection.script(statement) }
                #expect(error?.sqlState == "42501", "\(error.map { String(reflecting: $0) } ?? "it may")")
            }
        }
    }

    /// What a migration grants anew, or an earlier version granted, is taken back by the same run.
    @Test(arguments: [DatabaseRole.app, .inbound])
    func aMigrationDividesAgain(_ role: DatabaseRole) async throws {
        try await divided { database in
            try await TestDatabase.administer(database.ownerURL) { connection in
                try await connection.script(
                    """
                    set role parley_owner;
                    grant execute on function parley.prune(timestamptz) to \(role.rawValue);
                    grant select on parley.api_keys to \(role.rawValue);
                    grant update (name) on parley.users to \(role.rawValue);
                    reset role
                    """)
                try await RoleDivision(connection: connection).divide()
                let rows = try await connection.query(
                    """
                    select has_function_privilege(\(role.rawValue), 'parley.prune(timestamptz)', 'execute')
                        or has_table_privilege(\(role.rawValue), 'parley.api_keys', 'select')
                        or has_any_column_privilege(\(role.rawValue), 'parley.users', 'update') as may
                    """)
                #expect(try rows.first?["may"] == false)
            }
        }
    }

    // MARK: What is not declared

    /// What may be called across organizations is what the table says, and nothing beside it.
    @Test func nobodyMayCallAFunctionThatLooksAcrossOrganizationsAndIsNotDeclared() async throws {
        try await divided { database in
            #expect(try await Self.undeclared(in: database.owner) == [])
            try await database.owner.withConnection {
                try await $0.script(
                    """
                    create function parley.forgotten() returns bigint language sql security definer
                        begin atomic select count(*) from parley.messages; end;
                    revoke execute on function parley.forgotten() from public;
                    grant execute on function parley.forgotten() to parley_api
                    """)
            }
            #expect(try await Self.undeclared(in: database.owner) == ["forgotten"])
        }
    }

    private static func undeclared(in owner: Database) async throws -> [String] {
        let rows = try await owner.query(
            """
            select distinct proname as name from pg_proc
            cross join unnest(\(array: DatabaseRole.allCases.map(\.rawValue))::text[]) as role
            where pronamespace = 'parley'::regnamespace and prosecdef and has_function_privilege(role, oid, 'execute')
                and proname <> all (\(array: DatabaseRole.functions.map(\.name))::text[])
            """)
        return try rows.map { try $0["name"] }
    }

    /// Postgres lets everybody call a new function, unless it is told otherwise.
    @Test func nothingMayBeCalledByEverybody() async throws {
        try await TestDatabase.with { database in
            let open: Query = """
                select proname as name from pg_proc
                where pronamespace = 'parley'::regnamespace and has_function_privilege('public', oid, 'execute')
                """
            #expect(try await database.owner.query(open).map { row -> String in try row["name"] } == [])
            try await database.owner.withConnection {
                try await $0.script(
                    """
                    create function parley.foreign_one() returns integer language sql return 1;
                    begin;
                    set local role parley_owner;
                    create function parley.own_one() returns integer language sql return 1;
                    commit
                    """)
            }
            let names = try await database.owner.query(open).map { row -> String in try row["name"] }
            #expect(names == ["foreign_one"], "what a migration forgets to grant is refused")
        }
    }

    // MARK: Settings

    @Test(arguments: DatabaseRole.allCases)
    func sessionsOfARoleWaitForNothingForEver(_ role: DatabaseRole) async throws {
        try await TestDatabase.with { database in
            let url = try TestDatabase.url(database.ownerURL, database: database.name, role: role.rawValue)
            try await TestDatabase.administer(url) { connection in
                let rows = try await connection.query(
                    """
                    select current_user as role, current_setting('statement_timeout') as statement,
                        current_setting('lock_timeout') as lock,
                        current_setting('idle_in_transaction_session_timeout') as idle, current_setting('jit') as jit
                    """)
                let row = try #require(rows.first)
                #expect(try row["role"] == role.rawValue)
                #expect(try row["statement"] == "30s")
                #expect(try row["lock"] == "10s")
                #expect(try row["idle"] == "15s")
                #expect(try row["jit"] == "off", "a claim would be compiled each time, for longer than it runs")
            }
        }
    }
}
