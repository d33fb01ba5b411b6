package import Postgres

/// Takes from `parley_app` what only some programs do, and gives it to their roles. After every migration: a file that is
/// applied again grants anew.
package struct RoleDivision {
    private let connection: Connection

    /// - Parameter connection: a member of parley_owner.
    package init(connection: Connection) {
        self.connection = connection
    }

    package func divide() async throws {
        let memberships = DatabaseRole.allCases.filter { $0 != .app }.map(Self.membershipScript)
        try await connection.script("do $$ begin\n\(memberships.joined(separator: "\n"))\nend $$")
        let statements = DatabaseRole.functions.map(Self.functionScript) + DatabaseRole.tables.map(Self.tableScript)
        try await connection.script(
            """
            begin; set local role parley_owner;
            grant usage on schema parley to \(Self.everybody);
            \(statements.joined(separator: "\n"))
            commit
            """)
    }

    private static func membershipScript(_ role: DatabaseRole) -> String {
        let (wanted, change) = role.worksOnTenants ? ("not", "grant parley_app to") : ("", "revoke parley_app from")
        return """
            if \(wanted) pg_has_role('\(role.rawValue)', 'parley_app', 'member') then \(change) \(role.rawValue); end if;
            """
    }

    /// All functions of the name, whatever they take.
    private static func functionScript(_ capability: DatabaseRole.Capability) -> String {
        """
        do $$ declare found regprocedure; begin
            for found in select oid from pg_proc
                where pronamespace = 'parley'::regnamespace and proname = '\(capability.name)'
            loop
                execute format('revoke execute on function %s from \(everybody)', found);
                execute format('grant execute on function %s to \(list(capability.roles))', found);
            end loop;
        end $$;
        """
    }

    private static func tableScript(_ table: DatabaseRole.Table) -> String {
        var rights = table.rights.map { (role: $0, rights: $1) }
        if let common = table.common { rights.append((.app, common)) }
        let grants = rights.map { "grant \($0.rights) on parley.\(table.name) to \($0.role.rawValue);" }
        return (["revoke all on parley.\(table.name) from \(everybody);"] + grants).joined(separator: "\n")
    }

    /// All of them, so that what a role had before this version goes too.
    private static let everybody = list(DatabaseRole.allCases)

    private static func list(_ roles: [DatabaseRole]) -> String {
        roles.map(\.rawValue).joined(separator: ", ")
    }
}
