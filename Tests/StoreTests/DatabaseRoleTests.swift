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
}
