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
        let memberships = DatabaseRole.allCases.filter(\.worksOnTenants).map {
            "if not pg_has_role('\($0.rawValue)', 'parley_app', 'member') then grant parley_app to \($0.rawValue); end if;"
        }
        try await connection.script("do $$ begin\n\(memberships.joined(separator: "\n"))\nend $$")
        let statements = DatabaseRole.functions.map(Self.functionScript) + DatabaseRole.tables.map(Self.tableScript)
        try await connection.script(
            "begin; set local role parley_owner;\n\(statements.joined(separator: "\n"))\ncommit")
    }

    /// All functions of the name, whatever they take.
    private static func functionScript(_ capability: DatabaseRole.Capability) -> String {
        """
        do $$ declare found regprocedure; begin
            for found in select oid from pg_proc
                where pronamespace = 'parley'::regnamespace and proname = '\(capability.name)'
            loop
                execute format('revoke execute on function %s from parley_app', found);
                execute format('grant execute on function %s to \(list(capability.roles))', found);
            end loop;
        end $$;
        """
    }

    private static func tableScript(_ capability: DatabaseRole.Capability) -> String {
        """
        revoke all on parley.\(capability.name) from parley_app;
        grant select, insert, update, delete on parley.\(capability.name) to \(list(capability.roles));
        """
    }

    private static func list(_ roles: [DatabaseRole]) -> String {
        roles.map(\.rawValue).joined(separator: ", ")
    }
}
