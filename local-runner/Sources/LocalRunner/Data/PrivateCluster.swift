import FoundationEssentials
import Glibc
import Postgres

/// A Postgres cluster of this installation's own: durable, on a unix socket only, run by an unprivileged user.
struct PrivateCluster: Sendable {
    static let database = "parley"
    static let owner = "parley_cluster"

    let directory: ClusterDirectory
    private let binaries: String
    private let keys: Keys
    /// Postgres refuses to run as root.
    private let user: String?
    private let connections: Int

    init(data: DataDirectory, keys: Keys, connections: Int) throws {
        user = getuid() == 0 ? "postgres" : nil
        directory = try ClusterDirectory(data: data, user: user)
        binaries = try Self.findBinaries()
        self.keys = keys
        self.connections = connections
    }

    var appURL: String { url(role: "parley_app", password: keys[Keys.database] ?? "", database: Self.database) }
    var ownerURL: String { url(role: Self.owner, password: keys[Keys.owner] ?? "", database: Self.database) }

    private func url(role: String, password: String, database: String) -> String {
        let host = directory.socket.utf8.map { byte -> String in
            let character = Character(UnicodeScalar(byte))
            let plain = character.isASCII && (character.isLetter || character.isNumber || "-._/".contains(character))
            return plain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        return "postgresql://\(role):\(password)@/\(database)?host=\(host)"
    }

    /// Creates the cluster on first use, starts it or adopts one that outlived a killed runner, and waits until it answers.
    func start() async throws {
        if !directory.isInitialized { try await initialize() }
        try writeSettings()
        if directory.runningServer == nil {
            try await waitUntilDeserted()
            directory.removeStaleLocks()
            try await launch()
        } else if !(await answers()) {
            // An orphan on its way down, or with settings of another life: start afresh.
            try await Tool.run(
                tool("pg_ctl"), ["-D", directory.cluster, "-m", "fast", "-w", "-t", "60", "stop"], as: user)
            try await launch()
        }
        try await createDatabase()
    }

    /// Starts the server again whenever it has died, until the task is cancelled.
    func supervise() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            guard directory.runningServer == nil else { continue }
            say("The database has stopped; starting it again ...")
            do {
                try await start()
                say("The database is back.")
            } catch {
                say("The database does not come back: \(error)")
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }

    func stop() async {
        _ = try? await Tool.run(
            tool("pg_ctl"), ["-D", directory.cluster, "-m", "fast", "-w", "-t", "30", "stop"], as: user)
    }

    private func initialize() async throws {
        let password = directory.cluster + ".password"
        defer { unlink(password) }
        try directory.writePrivate(password, keys[Keys.owner] ?? "")
        try await Tool.run(
            tool("initdb"),
            [
                "-D", directory.draft, "-U", Self.owner, "--pwfile", password, "-A", "scram-sha-256", "-E", "UTF8",
                "--no-locale",
            ], as: user)
        // Only a complete cluster gets the name: a killed initdb is thrown away next time.
        guard rename(directory.draft, directory.cluster) == 0 else {
            throw ClusterError("\(directory.cluster) can't be made")
        }
        try directory.append("postgresql.conf", "\ninclude_if_exists = 'parley.conf'\n")
    }

    /// Statements and their values stay out of the server's log: they hold what customers wrote.
    private func writeSettings() throws {
        let settings = """
            listen_addresses = ''
            unix_socket_directories = '\(directory.socket.replacing("'", with: "''"))'
            unix_socket_permissions = 0777
            max_connections = \(connections)
            shared_buffers = 64MB
            fsync = on
            synchronous_commit = on
            full_page_writes = on
            logging_collector = off
            log_min_messages = warning
            log_min_error_statement = panic
            log_error_verbosity = terse

            """
        try directory.writePrivate(directory.cluster + "/parley.conf", settings)
    }

    /// The children of a server that was killed notice it and end within moments.
    private func waitUntilDeserted() async throws {
        for _ in 0..<200 {
            if directory.inhabitants.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ClusterError("processes \(directory.inhabitants) of an earlier Postgres still use \(directory.cluster)")
    }

    private func launch() async throws {
        directory.rotateLog()
        do {
            try await Tool.run(
                tool("pg_ctl"), ["-D", directory.cluster, "-l", directory.log, "-w", "-t", "60", "start"], as: user)
        } catch {
            let log =
                FileManager.default.contents(atPath: directory.log).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw ClusterError(
                "Postgres doesn't start: \(log.split(separator: "\n").suffix(5).joined(separator: "\n"))")
        }
    }

    private func answers() async -> Bool {
        guard let connection = try? await Connection.connect(maintenanceURL, connectTimeout: 5) else { return false }
        await connection.close()
        return true
    }

    private func createDatabase() async throws {
        let connection = try await Connection.connect(maintenanceURL)
        let exists = try await connection.query("select 1 as one from pg_database where datname = \(Self.database)")
        if exists.isEmpty { try await connection.script("create database \(Self.database)") }
        await connection.close()
    }

    private var maintenanceURL: String { url(role: Self.owner, password: keys[Keys.owner] ?? "", database: "postgres") }

    private func tool(_ name: String) -> String { "\(binaries)/\(name)" }

    /// The newest installed version of at least 15.
    private static func findBinaries() throws -> String {
        let base = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).compactMap(Int.init)
        for version in versions.sorted(by: >) where version >= 15 {
            let path = "\(base)/\(version)/bin"
            if FileManager.default.isExecutableFile(atPath: "\(path)/initdb") { return path }
        }
        throw ClusterError("Postgres 15 or newer is not installed; run infra/bootstrap, or set DATABASE_URL")
    }
}

struct ClusterError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
