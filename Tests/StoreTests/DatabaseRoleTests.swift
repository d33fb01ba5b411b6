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
            for capability in DatabaseRole.tables {
                for role in DatabaseRole.allCases {
                    let rows = try await database.owner.query(
                        "select has_table_privilege(\(role.rawValue), \("parley." + capability.name), 'select') as may")
                    let may: Bool = try #require(rows.first)["may"]
                    #expect(may == capability.roles.contains(role), "\(role.rawValue), \(capability.name)")
                }
            }
        }
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
        (.lines, "select * from parley.platform_credentials()"),
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

    /// What a migration grants anew is taken back by the same run.
    @Test func aMigrationDividesAgain() async throws {
        try await divided { database in
            try await TestDatabase.administer(database.ownerURL) { connection in
                try await connection.script("grant execute on function parley.prune(timestamptz) to parley_app")
                try await RoleDivision(connection: connection).divide()
                let rows = try await connection.query(
                    "select has_function_privilege('parley_app', 'parley.prune(timestamptz)', 'execute') as may")
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
                        current_setting('idle_in_transaction_session_timeout') as idle
                    """)
                let row = try #require(rows.first)
                #expect(try row["role"] == role.rawValue)
                #expect(try row["statement"] == "30s")
                #expect(try row["lock"] == "10s")
                #expect(try row["idle"] == "15s")
            }
        }
    }
}
