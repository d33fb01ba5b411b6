import FoundationEssentials
import Postgres
import Support
import Testing

/// Tenant isolation as the database enforces it, attacked table by table, and then with each policy broken in turn: an
/// attack that would not notice a missing policy proves nothing.
@Suite struct IsolationPolicyTests {
    /// Tables of nobody in particular, and why that is right.
    private static let shared = [
        "login_attempts": "parley_app has no right to it, only to two functions",
        "model_prices": "the operator's price list, read-only",
        "runner_events": "the host's queue of asynchronous invocations",
        "runner_schedules": "when the host last ran a schedule",
    ]

    @Test func noTableGivesAForeignRow() async throws {
        try await TestDatabase.with { db in
            let suite = try await IsolationSuite(db)
            #expect(suite.tables.count >= 20)
            for table in suite.tables {
                #expect(try await suite.breaches(of: table) == [], "\(table)")
                #expect(try await suite.visible(table) != 0, "\(table): the attacker doesn't see its own row")
                #expect(
                    [0, nil].contains(try await suite.visibleToNobody(table)), "\(table): visible without a tenant")
            }
        }
    }

    @Test func everyBrokenPolicyIsNoticed() async throws {
        try await TestDatabase.with { db in
            let suite = try await IsolationSuite(db)
            var broken = 0
            for table in suite.tables {
                let policies = try await Policy.all(of: table.name, in: db.owner)
                #expect(!policies.isEmpty, "\(table) has no policy for parley_app")
                for policy in policies {
                    try await policy.replace(with: "true", "true", in: db.owner)
                    let breaches = try await suite.breaches(of: table)
                    #expect(!breaches.isEmpty, "\(table): policy \(policy.name) could be lost unnoticed")
                    try await policy.restore(in: db.owner)
                    #expect(try await suite.breaches(of: table) == [], "\(table): \(policy.name) was not restored")
                    broken += 1
                }
            }
            #expect(broken >= suite.tables.count)
        }
    }

    @Test func everySwitchedOffTableIsNoticed() async throws {
        try await TestDatabase.with { db in
            let suite = try await IsolationSuite(db)
            for table in suite.tables {
                try await db.owner.query("alter table \(unescaped: table.name) disable row level security")
                #expect(try await !suite.breaches(of: table).isEmpty, "\(table) could be switched off unnoticed")
                #expect(try await Self.unforced(in: db.owner).contains(table.name))
                try await db.owner.query("alter table \(unescaped: table.name) enable row level security")
                try await db.owner.query("alter table \(unescaped: table.name) no force row level security")
                #expect(try await Self.unforced(in: db.owner) == [table.name])
                try await db.owner.query("alter table \(unescaped: table.name) force row level security")
            }
        }
    }

    @Test func everyTableIsForcedOrSharedForAReason() async throws {
        try await TestDatabase.with { db in
            #expect(try await Self.unforced(in: db.owner) == [])
            let owned = Set(try await OwnedTable.all(in: db.owner).map(\.name))
            let rows = try await db.owner.query(
                """
                select c.relname as name from pg_class c where c.relnamespace = 'parley'::regnamespace
                    and c.relkind in ('r', 'p') and (
                        has_table_privilege('parley_app', c.oid, 'select, insert, update, delete')
                        or has_any_column_privilege('parley_app', c.oid, 'select, insert, update'))
                """)
            for row in rows {
                let name: String = try row["name"]
                #expect(
                    owned.contains(name) || Self.shared[name] != nil, "\(name) belongs to nobody and is no shared table"
                )
            }
        }
    }

    /// Months of a table are reached through the table, where the policies are.
    @Test func noMonthCanBeReadPastItsTable() async throws {
        try await TestDatabase.with { db in
            let rows = try await db.owner.query(
                """
                select relname as name,
                    relrowsecurity and relforcerowsecurity
                        and not exists (select from pg_policy where polrelid = c.oid)
                        and not has_table_privilege('parley_app', oid, 'select, insert, update, delete') as closed
                from pg_class c where relnamespace = 'parley'::regnamespace and relispartition and relkind = 'r'
                """)
            #expect(rows.count >= 20)
            let open = try rows.filter { try $0["closed"] != true }.map { row -> String in try row["name"] }
            #expect(open == [])
        }
    }

    @Test func theApplicationOwnsNothingAndBypassesNothing() async throws {
        try await TestDatabase.with { db in
            let roles = try await db.owner.query(
                "select rolname from pg_roles where rolname like 'parley%' and (rolsuper or rolbypassrls or rolcreaterole)"
            )
            #expect(roles.isEmpty)
            let owned = try await db.owner.query(
                """
                select relname from pg_class where relowner = 'parley_app'::regrole
                union all select proname from pg_proc where proowner = 'parley_app'::regrole
                """)
            #expect(owned.isEmpty)
            let views = try await db.owner.query(
                """
                select relname from pg_class where relnamespace = 'parley'::regnamespace and relkind in ('v', 'm')
                    and not coalesce(reloptions, '{}') @> '{security_invoker=true}'
                """)
            #expect(views.isEmpty, "a view without security_invoker looks past its reader's policies")
        }
    }

    @Test func functionsThatLookAcrossTenantsAreNarrow() async throws {
        try await TestDatabase.with { db in
            let rows = try await db.owner.query(
                """
                select proname as name from pg_proc
                where pronamespace = 'parley'::regnamespace and prosecdef and (
                    (proowner <> 'parley_definer'::regrole and proname not in ('ensure_partitions', 'drop_partition'))
                    or not coalesce(array_to_string(proconfig, ','), '') like '%search_path=parley, pg_temp%'
                    or has_function_privilege('public', oid, 'execute'))
                """)
            let names = try rows.map { row -> String in try row["name"] }
            #expect(names.isEmpty, "\(names)")
        }
    }

    /// Tables with an owner column whose row-level security is not both on and forced.
    private static func unforced(in owner: Database) async throws -> [String] {
        let tables = try await OwnedTable.all(in: owner).map(\.name)
        let rows = try await owner.query(
            """
            select relname as name from pg_class
            where relnamespace = 'parley'::regnamespace and relname = any (\(array: tables)::text[])
                and not (relrowsecurity and relforcerowsecurity)
            order by relname
            """)
        return try rows.map { try $0["name"] }
    }
}

/// A policy of parley_app as the catalogue has it.
private struct Policy {
    let name: String
    let table: String
    let command: String
    let using: String?
    let check: String?

    static func all(of table: String, in owner: Database) async throws -> [Policy] {
        let rows = try await owner.query(
            """
            select policyname as name, cmd, qual, with_check from pg_policies
            where schemaname = 'parley' and tablename = \(table) and 'parley_app' = any (roles)
            """)
        return try rows.map {
            Policy(
                name: try $0["name"], table: table, command: try $0["cmd"], using: try $0["qual"],
                check: try $0["with_check"])
        }
    }

    func restore(in owner: Database) async throws {
        try await replace(with: using, check, in: owner)
    }

    func replace(with using: String?, _ check: String?, in owner: Database) async throws {
        let usingClause = self.using.flatMap { _ in using.map { " using (\($0))" } } ?? ""
        let checkClause = self.check.flatMap { _ in check.map { " with check (\($0))" } } ?? ""
        try await owner.query("alter policy \(unescaped: name) on \(unescaped: table + usingClause + checkClause)")
    }
}
