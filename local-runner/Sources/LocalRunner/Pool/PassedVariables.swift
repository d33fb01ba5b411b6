import Environment
import Store

/// Which of the host's variables a function's process gets: every setting that is no secret, the secrets that the function
/// declares, and the few that any program needs. Whatever else the host was started with stays with the host.
struct PassedVariables: Sendable {
    private static let system: Set<String> = [
        "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR",
        "USER",
    ]
    /// Locale, and how libpq checks the server's certificate.
    private static let systemPrefixes = ["LC_", "PGSSL"]

    /// Swift's own report of a crash shows registers and the memory that they point to, and that goes into a log.
    private static let crashReports = ["SWIFT_BACKTRACE": "registers=none"]

    private let plain: [String: String]
    private let secrets: [String: String]

    init(_ environment: [String: String]) {
        let known = Dictionary(Variable.all.map { ($0.name, $0.isSecret) }) { $1 }
        plain = environment.filter { name, _ in
            known[name] == false || Self.system.contains(name) || Self.systemPrefixes.contains { name.hasPrefix($0) }
        }
        secrets = environment.filter { name, _ in known[name] == true }
    }

    func values(for manifest: FunctionManifest) -> [String: String] {
        let declared = manifest.secrets.flatMap { Variable.secrets(named: $0) }.map(\.name)
        var values = plain
        for name in declared { values[name] = secrets[name] }
        if let role = DatabaseRole(rawValue: manifest.database), let url = values[Variable.databaseURL.name] {
            values[Variable.databaseURL.name] = DatabaseAccess.url(url, as: role)
        }
        values[Variable.secrets.name] = declared.isEmpty ? Variable.noSecrets : declared.joined(separator: ",")
        return values.merging(Self.crashReports) { $1 }
    }

    /// What must not appear in a log: secrets, and the passwords in those that are addresses, because a function has the
    /// database's under a name and password of its own.
    var hidden: [String] { secrets.values.flatMap { [$0] + DatabaseAccess.passwords(in: $0) } }
}
