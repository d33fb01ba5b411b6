import FoundationEssentials
import Postgres
import Support

/// A table whose rows belong to somebody, and the setting that names them in a transaction.
struct OwnedTable: Sendable, CustomStringConvertible {
    let name: String
    /// The column that says whose a row is.
    let column: String
    /// `parley.organization` or `parley.user`.
    let setting: String

    var description: String { name }

    /// Every table with `organization_id`, found in the catalogue so that a new one can't be forgotten; organizations
    /// themselves; and the tables of users.
    static func all(in owner: Database) async throws -> [OwnedTable] {
        let rows = try await owner.query(
            """
            select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'parley' and c.relkind in ('r', 'p') and not c.relispartition and exists (
                select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped)
            order by c.relname
            """)
        let tenant = try rows.map {
            OwnedTable(name: try $0["name"], column: "organization_id", setting: "parley.organization")
        }
        return tenant + [
            OwnedTable(name: "organizations", column: "id", setting: "parley.organization"),
            OwnedTable(name: "users", column: "id", setting: "parley.user"),
            OwnedTable(name: "sessions", column: "user_id", setting: "parley.user"),
            OwnedTable(name: "idempotency_keys", column: "user_id", setting: "parley.user"),
        ]
    }
}

/// Two tenants with a row each in every table, and an attacker who is the second.
///
/// Values are made by type, without foreign keys and checks: what is tested is who sees a row, not what is in it.
struct IsolationSuite: Sendable {
    let db: TestDatabase
    let tables: [OwnedTable]
    let victim = UUID()
    let attacker = UUID()

    init(_ db: TestDatabase) async throws {
        self.db = db
        tables = try await OwnedTable.all(in: db.owner)
        try await dropConstraints()
        for table in tables {
            for tenant in [victim, attacker] { try await insert(into: table, for: tenant) }
        }
    }

    private func dropConstraints() async throws {
        try await db.owner.withConnection { connection in
            try await connection.script(
                """
                do $$ declare c record; begin
                    for c in select conrelid::regclass as tab, conname from pg_constraint join pg_class t on t.oid = conrelid
                        where connamespace = 'parley'::regnamespace and contype in ('f', 'c') order by t.relispartition
                    loop execute format('alter table %s drop constraint if exists %I', c.tab, c.conname); end loop;
                    for c in select contypid::regtype as type, conname from pg_constraint
                        where connamespace = 'parley'::regnamespace and contypid <> 0
                    loop execute format('alter domain %s drop constraint %I', c.type, c.conname); end loop;
                end $$
                """)
        }
    }

    private func insert(into table: OwnedTable, for tenant: UUID) async throws {
        let statement = try await insertion(into: table, for: tenant)
        try await db.owner.withConnection { try await $0.script(statement) }
    }

    /// `insert into table (...) values (...)` with a value of the right type for every column that has no default.
    func insertion(into table: OwnedTable, for tenant: UUID) async throws -> String {
        let columns = try await db.owner.query(
            """
            select a.attname as name,
                format_type(case t.typtype when 'd' then t.typbasetype else a.atttypid end, null) as type,
                case when a.atttypmod > 4 then a.atttypmod - 4 else 8 end as length
            from pg_attribute a join pg_type t on t.oid = a.atttypid
            where a.attrelid = \("parley." + table.name)::text::regclass and a.attnum > 0 and not a.attisdropped
                and (a.attname = \(table.column) or (a.attnotnull and not a.atthasdef and a.attidentity = ''))
            """)
        let values = try columns.map { row in
            let name: String = try row["name"]
            return name == table.column
                ? "'\(tenant)'" : Self.value(of: try row["type"], length: try row["length"])
        }
        let names = try columns.map { "\"\(try $0["name"] as String)\"" }
        return
            "insert into parley.\(table.name) (\(names.joined(separator: ", "))) values (\(values.joined(separator: ", ")))"
    }

    private static func value(of type: String, length: Int) -> String {
        switch type {
        case "uuid": "gen_random_uuid()"
        case "boolean": "false"
        case "integer", "bigint", "smallint", "double precision", "numeric": "(random() * 30000)::integer"
        case "jsonb": "'{}'"
        case "bytea": "sha256(random()::text::bytea)"
        case "timestamp with time zone": "now()"
        case "date": "current_date"
        case "character": "left(md5(random()::text), \(length))"
        case "text", "character varying": "md5(random()::text)"
        default: type.hasSuffix("[]") ? "'{}'" : "null"
        }
    }

    /// What the attacker could do to the victim's rows of a table; empty when nothing.
    func breaches(of table: OwnedTable) async throws -> [String] {
        var breaches: [String] = []
        let mine = "\(table.column) = '\(attacker)'"
        let theirs = "\(table.column) = '\(victim)'"
        if try await count("select count(*) as n from \(table.name) where \(theirs)", table) != 0 {
            breaches.append("reads foreign rows")
        }
        if try await affects("update \(table.name) set \(table.column) = \(table.column) where \(theirs)", table) {
            breaches.append("changes foreign rows")
        }
        if try await affects("delete from \(table.name) where \(theirs)", table) {
            breaches.append("deletes foreign rows")
        }
        if try await affects(try await insertion(into: table, for: victim), table) {
            breaches.append("inserts foreign rows")
        }
        if try await affects("update \(table.name) set \(table.column) = '\(victim)' where \(mine)", table) {
            breaches.append("gives rows away")
        }
        return breaches
    }

    /// Rows of its own that the attacker sees: shows that the questions above are not empty by accident.
    func visible(_ table: OwnedTable) async throws -> Int? {
        try await count("select count(*) as n from \(table.name) where \(table.column) = '\(attacker)'", table)
    }

    /// Rows seen without naming anybody.
    func visibleToNobody(_ table: OwnedTable) async throws -> Int? {
        do {
            let rows = try await db.app.query("select count(*) as n from \(unescaped: table.name)")
            return try rows[0]["n"]
        } catch let error as PostgresError where error.sqlState == "42501" {
            return nil
        }
    }

    /// `nil` when the right itself is missing, which hides everything as well.
    private func count(_ sql: String, _ table: OwnedTable) async throws -> Int? {
        try await attack(table, sql)?.first.map { try $0["n"] } ?? 0
    }

    private func affects(_ sql: String, _ table: OwnedTable) async throws -> Bool {
        let counted = "with touched as (\(sql) returning 1) select count(*) as n from touched"
        do {
            guard let rows = try await attack(table, counted) else { return false }
            return try rows.first.map { try $0["n"] as Int } ?? 0 > 0
        } catch let error as PostgresError where error.isUniqueViolation {
            // Past the policy: only the victim's own row stood in the way.
            return true
        }
    }

    /// As the application, for the attacker, and always rolled back. `nil`: refused (42501).
    private func attack(_ table: OwnedTable, _ sql: String) async throws -> [Row]? {
        do {
            return try await db.app.withConnection { connection in
                _ = try await connection.query("begin")
                do {
                    _ = try await connection.query(
                        "select set_config(\(table.setting), \(attacker.uuidString), true)")
                    let rows = try await connection.query("\(unescaped: sql)")
                    _ = try await connection.query("rollback")
                    return rows
                } catch {
                    _ = try? await connection.query("rollback")
                    throw error
                }
            }
        } catch let error as PostgresError where error.sqlState == "42501" {
            return nil
        }
    }
}
