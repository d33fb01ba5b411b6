import FoundationEssentials
import Glibc
import Postgres
import Store

/// Where the database is and how functions log in.
struct DatabaseAccess: Sendable {
    var appURL: String
    /// Role that may migrate; `nil` when somebody else does that.
    var ownerURL: String?
    var appPassword: String?
    var cluster: PrivateCluster?

    /// `DATABASE_URL` when it is set, else the private cluster, which is started.
    static func open(
        _ environment: [String: String], data: DataDirectory, keys: Keys, connections: Int
    ) async throws -> DatabaseAccess {
        if let url = environment["DATABASE_URL"], !url.isEmpty {
            return DatabaseAccess(appURL: url, ownerURL: environment["MIGRATION_DATABASE_URL"])
        }
        let cluster = try PrivateCluster(data: data, keys: keys, connections: connections)
        try await cluster.start()
        return DatabaseAccess(
            appURL: cluster.appURL, ownerURL: cluster.ownerURL, appPassword: keys[Keys.database], cluster: cluster)
    }

    /// Returns the names of the migrations that were applied.
    func migrate(_ folder: String) async throws -> [String] {
        guard let ownerURL else { return [] }
        let connection = try await Connection.connect(ownerURL)
        do {
            let applied = try await Migrator(connection: connection, directory: folder).run(appPassword: appPassword)
            await connection.close()
            return applied
        } catch {
            await connection.close()
            throw StartError("the database can't be brought up to date: \(String(reflecting: error))")
        }
    }
}
