import Foundation
import Store

/// Debian's PgBouncer before the tests' cluster. In transaction mode each transaction may get another server's session; in session
/// mode a client keeps the one it got.
package struct Pooler: Sendable {
    private let port: Int
    private let process: Process
    private let folder: String

    /// - Parameter sessions: of the server, for each database and role.
    package static func with<Result>(
        mode: String = "transaction", sessions: Int = 3, _ body: (Pooler) async throws -> Result
    ) async throws -> Result {
        let pooler = try await start(mode: mode, sessions: sessions)
        defer { pooler.stop() }
        return try await body(pooler)
    }

    /// The same database as the same role, through it.
    package func url(_ direct: String) throws -> String {
        guard let question = direct.firstIndex(of: "?") else { throw TestSetupError("no socket in \(direct)") }
        return "\(direct[..<question])?host=127.0.0.1&port=\(port)"
    }

    private static func start(mode: String, sessions: Int) async throws -> Pooler {
        let cluster = try TestDatabase.cluster()
        guard let socket = cluster.split(separator: "=").last else { throw TestSetupError("no socket in \(cluster)") }
        let folder = "/var/tmp/parley-pooler-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let port = try TestSocket.freePort()
        try """
        [databases]
        * = host=\(socket)
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = trust
        auth_file = \(folder)/users
        pool_mode = \(mode)
        default_pool_size = \(sessions)
        max_client_conn = 200
        """.write(toFile: "\(folder)/pgbouncer.ini", atomically: true, encoding: .utf8)
        let users = DatabaseRole.allCases.map { "\"\($0.rawValue)\" \"\"\n" }.joined()
        try users.write(toFile: "\(folder)/users", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        // It refuses to run as root.
        let run = "exec /usr/sbin/pgbouncer -q \(folder)/pgbouncer.ini"
        let drop =
            getuid() == 0 ? "exec setpriv --reuid=postgres --regid=postgres --clear-groups /bin/bash -c '\(run)'" : run
        process.arguments = ["-c", drop]
        try process.run()
        let pooler = Pooler(port: Int(port), process: process, folder: folder)
        do {
            try await TestSocket.wait(for: port)
        } catch {
            pooler.stop()
            throw error
        }
        return pooler
    }

    private func stop() {
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }
}
