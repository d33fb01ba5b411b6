import FoundationEssentials
package import Postgres
package import Store
import Synchronization

/// A real database for one test: a copy of a migrated template, dropped afterwards.
///
/// `TEST_POSTGRES_URL` names a cluster whose owner we may be; `Tests/run` starts one. Without it the test fails.
package struct TestDatabase: Sendable {
    package let name: String
    /// Logs in as `parley_app`, which may do here what all functions together may.
    package let appURL: String
    /// Logs in as the cluster's owner: looks past row-level security.
    package let ownerURL: String
    package let app: Database
    package let owner: Database

    /// Runs the body with a fresh migrated database.
    /// - Parameter isDivided: each role may do what it may in production, and `app` only what all may.
    package static func with<Result: Sendable>(
        connections: Int = 4, isDivided: Bool = false, _ body: (TestDatabase) async throws -> Result
    ) async throws -> Result {
        let cluster = try cluster()
        let template = try await Template.shared.name(in: cluster, isDivided: isDivided)
        let database = try await create(from: template, in: cluster, connections: connections)
        do {
            let result = try await body(database)
            try await database.drop(in: cluster)
            return result
        } catch {
            try? await database.drop(in: cluster)
            throw error
        }
    }

    package static func cluster() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["TEST_POSTGRES_URL"], !url.isEmpty else {
            throw TestSetupError("TEST_POSTGRES_URL is not set: run the tests with Tests/run, or source Tests/postgres")
        }
        return url
    }

    private static func create(
        from template: String, in cluster: String, connections: Int
    ) async throws -> TestDatabase {
        let name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        try await administer(cluster) { try await $0.script("create database \(name) template \(template)") }
        let ownerURL = try url(cluster, database: name)
        let appURL = try url(cluster, database: name, role: "parley_app")
        return TestDatabase(
            name: name, appURL: appURL, ownerURL: ownerURL,
            app: Database(url: appURL, connections: connections), owner: Database(url: ownerURL, connections: 2))
    }

    /// The same database as another role. To be closed by the caller.
    package func login(as role: DatabaseRole, connections: Int = 4) throws -> Database {
        Database(url: try Self.url(ownerURL, database: name, role: role.rawValue), connections: connections)
    }

    private func drop(in cluster: String) async throws {
        await app.close()
        await owner.close()
        try await Self.administer(cluster) { try await $0.script("drop database if exists \(name) with (force)") }
    }

    package static func administer(_ cluster: String, _ body: (Connection) async throws -> Void) async throws {
        let connection = try await Connection.connect(cluster)
        do {
            try await body(connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// `cluster` is `postgresql://owner@/postgres?host=/socket/dir`.
    package static func url(_ cluster: String, database: String, role: String? = nil) throws -> String {
        guard let scheme = cluster.firstRange(of: "://"), let slash = cluster[scheme.upperBound...].firstIndex(of: "/"),
            let question = cluster.firstIndex(of: "?")
        else { throw TestSetupError("TEST_POSTGRES_URL must look like postgresql://owner@/postgres?host=/dir") }
        let owner = cluster[scheme.upperBound..<slash]
        let user = role.map { "\($0)@" } ?? String(owner)
        return "\(cluster[..<scheme.upperBound])\(user)/\(database)\(cluster[question...])"
    }
}

package struct TestSetupError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Migrated once per test process, named for the migrations' content so that parallel processes share it.
private actor Template {
    static let shared = Template()
    private var made: [Bool: Task<String, any Error>] = [:]

    func name(in cluster: String, isDivided: Bool) async throws -> String {
        let task = made[isDivided] ?? Task { try await Self.make(in: cluster, isDivided: isDivided) }
        made[isDivided] = task
        return try await task.value
    }

    private static func make(in cluster: String, isDivided: Bool) async throws -> String {
        let directory = ProjectRoot.path + "/Core/Store/Migrations"
        // How it is divided is no part of the migrations.
        let division = isDivided ? try fingerprint(of: ProjectRoot.path + "/Core/Store/Migrating") : 0
        let name = "template_" + String(try fingerprint(of: directory) ^ division, radix: 36)
        try await TestDatabase.administer(cluster) { connection in
            try await connection.query("select pg_advisory_lock(815)")
            let exists = try await connection.query("select 1 as one from pg_database where datname = \(name)")
            if exists.isEmpty {
                try await build(name, from: directory, isDivided: isDivided, in: cluster, with: connection)
            }
            try await connection.query("select pg_advisory_unlock(815)")
        }
        return name
    }

    private static func build(
        _ name: String, from directory: String, isDivided: Bool, in cluster: String, with connection: Connection
    ) async throws {
        let draft = name + "_draft"
        try await connection.script("drop database if exists \(draft) with (force)")
        try await connection.script("create database \(draft)")
        try await TestDatabase.administer(try TestDatabase.url(cluster, database: draft)) {
            _ = try await Migrator(connection: $0, directory: directory)
                .run(passwords: RolePasswords(app: "test"), dividesRoles: isDivided)
        }
        try await connection.script("alter database \(draft) rename to \(name)")
    }

    /// FNV-1a over all files of a folder.
    private static func fingerprint(of directory: String) throws -> UInt64 {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory).sorted()
        var hash: UInt64 = 14_695_981_039_346_656_037
        for name in names {
            for byte in FileManager.default.contents(atPath: "\(directory)/\(name)") ?? Data() {
                hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211
            }
        }
        return hash
    }
}

/// Where the checkout is: found from this file, never from the working directory.
package enum ProjectRoot {
    package static let path: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()
}
