import Environment
import Foundation
import Postgres
import Store
import Support
import Testing

@testable import LocalRunner

/// Every database role has a password of its own, on a cluster that asks for one.
@Suite(.timeLimit(.minutes(2))) struct RoleLoginTests {
    @Test func aRoleLogsInAsItselfAndAsNoOther() async throws {
        try await Self.withCluster { access in
            for role in DatabaseRole.allCases {
                let url = DatabaseAccess.url(access.appURL, as: role)
                let user = try await Self.user(of: url)
                #expect(user == role.rawValue)
                for other in DatabaseRole.allCases where other != role {
                    let swapped = url.replacing("//\(role.rawValue):", with: "//\(other.rawValue):")
                    let error = await #expect(throws: PostgresError.self) { try await Self.user(of: swapped) }
                    let words = String(reflecting: error)
                    #expect(words.contains("password authentication failed"), "\(role) as \(other): \(words)")
                }
            }
        }
    }

    @Test func aPasswordOfItsOwnTakesTheDerivedOnesPlace() async throws {
        try await Self.withCluster { access in
            var access = access
            access.passwords = try RolePasswords(["PARLEY_APP_PASSWORD": "one", "PARLEY_API_PASSWORD": "its own"])
            _ = try await access.migrate(ProjectRoot.path + "/Core/Store/Migrations")
            let login = { (role: DatabaseRole, password: String) in
                let host = access.appURL.replacing(/^.*@/, with: "")
                return try await Self.user(of: "postgresql://\(role.rawValue):\(password)@\(host)")
            }
            let users = [
                try await login(.app, "one"), try await login(.api, "its%20own"),
                try await login(.jobs, DatabaseRole.jobs.password(from: "one")),
            ]
            #expect(users == ["parley_app", "parley_api", "parley_jobs"])
            await #expect(throws: PostgresError.self) {
                try await login(.api, DatabaseRole.api.password(from: "one"))
            }
        }
    }

    @Test func everyRoleHasAVariable() throws {
        let names = DatabaseRole.allCases.map { Variable.password(of: $0)?.name }
        #expect(names == DatabaseRole.allCases.map { "\($0.rawValue.uppercased())_PASSWORD" })
        #expect(Variable.rolePasswords.count == DatabaseRole.allCases.count - 1)
        #expect(try RolePasswords([:]) == nil)
        #expect(throws: StartError.self) { try RolePasswords(["PARLEY_API_PASSWORD": "x"]) }
    }

    /// It would change the roles' passwords back, and lock out whoever logs in with their own.
    @Test func upTakesNoPasswordsOfRoles() async throws {
        let data = try DataDirectory(FileManager.default.temporaryDirectory.path + "/parley-roles-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: data.path) }
        let keys = try Keys.load(data.keys)
        let error = await #expect(throws: StartError.self) {
            try await DatabaseAccess.open(
                ["DATABASE_URL": "postgresql://parley_app:a@127.0.0.1:1/x", "PARLEY_API_PASSWORD": "b"], data: data,
                keys: keys, connections: 1)
        }
        #expect(error.map { "\($0)".contains("PARLEY_API_PASSWORD") } == true)
    }

    private static func user(of url: String) async throws -> String {
        let connection = try await Connection.connect(url)
        let rows = try await connection.query("select current_user::text as name")
        await connection.close()
        let row = try #require(rows.first)
        return try row["name"]
    }

    /// A migrated private cluster without a host.
    private static func withCluster(_ body: @Sendable (DatabaseAccess) async throws -> Void) async throws {
        let data = try DataDirectory(FileManager.default.temporaryDirectory.path + "/parley-roles-\(UUID().uuidString)")
        let access = try await DatabaseAccess.open([:], data: data, keys: try Keys.load(data.keys), connections: 20)
        do {
            _ = try await access.migrate(ProjectRoot.path + "/Core/Store/Migrations")
            try await body(access)
            await access.cluster?.stop()
        } catch {
            await access.cluster?.stop()
            throw error
        }
        try? FileManager.default.removeItem(atPath: data.path)
    }
}
