import Environment
import FoundationEssentials
import Glibc
import Postgres
import Store
import Web

/// Where the database is and how functions log in.
struct DatabaseAccess: Sendable {
    var appURL: String
    /// Role that may migrate; `nil` when somebody else does that.
    var ownerURL: String?
    /// What migrations let the roles log in with; `nil`: whoever is in the URL does everything.
    var passwords: RolePasswords?
    var cluster: PrivateCluster?

    /// `DATABASE_URL` when it is set, else the private cluster, which is started.
    static func open(
        _ environment: [String: String], data: DataDirectory, keys: Keys, connections: Int
    ) async throws -> DatabaseAccess {
        if let url = Variable.databaseURL.set(in: environment) {
            // Functions log in with what is made of its password; a migration would lock them out.
            if let variable = Variable.rolePasswords.first(where: { $0.set(in: environment) != nil }) {
                throw StartError(
                    "\(variable.name) is for `parley migrate`: parley up makes the roles' passwords itself")
            }
            return DatabaseAccess(
                appURL: url, ownerURL: Variable.migrationDatabaseURL.set(in: environment),
                passwords: appPassword(in: url).map { RolePasswords(app: $0) })
        }
        let cluster = try PrivateCluster(data: data, keys: keys, connections: connections)
        try await cluster.start()
        return DatabaseAccess(
            appURL: cluster.appURL, ownerURL: cluster.ownerURL,
            passwords: keys[Keys.database].map { RolePasswords(app: $0) }, cluster: cluster)
    }

    /// The same database as another role, with the password that migrations give to it. A URL that names another user, or
    /// none, is the operator's own arrangement and stays as it is.
    static func url(_ appURL: String, as role: DatabaseRole) -> String {
        guard role != .app, let password = appPassword(in: appURL).map(role.password) else { return appURL }
        return appURL.replacing(appLogin) { "\($0.1)\(role.rawValue):\(password)@" }
    }

    /// Whether the host itself can log in: before anything is started that would fail for the same reason.
    func check() async throws {
        do throws(PostgresError) {
            let connection = try await Connection.connect(Self.url(appURL, as: .runner))
            await connection.close()
        } catch {
            let reason = error.detail.split(separator: "\n").first.map(String.init) ?? "\(error)"
            throw StartError("the database can't be used: \(reason)")
        }
    }

    /// What must stay out of logs, although functions never see `appURL` itself: every role's password.
    static func passwords(in appURL: String) -> [String] {
        guard let login = appURL.firstMatch(of: /^[a-z]+:\/\/[^:@\/?#]*:([^@\/?#]+)@/) else { return [] }
        let written = [String(login.1), percentDecoded(login.1)].compactMap { $0 }
        guard let appPassword = appPassword(in: appURL) else { return written }
        return written + DatabaseRole.allCases.map { $0.password(from: appPassword) }
    }

    private static var appLogin: Regex<(Substring, Substring, Substring)> {
        /^(postgres(?:ql)?:\/\/)parley_app:([^@\/?#]+)@/
    }

    /// The password in `postgresql://parley_app:password@host/database`: whoever may migrate lets the application's role
    /// log in with it.
    private static func appPassword(in url: String) -> String? {
        url.firstMatch(of: appLogin).flatMap { percentDecoded($0.2) }
    }

    /// Returns the names of the migrations that were applied.
    func migrate(_ folder: String) async throws -> [String] {
        guard let ownerURL else { return [] }
        let connection = try await Connection.connect(ownerURL)
        do {
            // Without a password to give them the other roles can't log in: whoever is in the URL does everything.
            let applied = try await Migrator(connection: connection, directory: folder)
                .run(passwords: passwords, dividesRoles: passwords != nil)
            await connection.close()
            return applied
        } catch {
            await connection.close()
            throw StartError("the database can't be brought up to date: \(String(reflecting: error))")
        }
    }
}
