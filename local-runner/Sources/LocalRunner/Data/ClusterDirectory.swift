import FoundationEssentials
import Glibc

/// Where the private cluster's files and its socket are, and what the files say about a running server.
struct ClusterDirectory: Sendable {
    /// A unix socket's path may have 107 bytes; Postgres appends `/.s.PGSQL.5432`.
    private static let longestSocketFolder = 90

    let cluster: String
    let socket: String
    let log: String
    private let owner: Owner?

    private struct Owner {
        var user: uid_t
        var group: gid_t
    }

    var draft: String { cluster + ".new" }
    var isInitialized: Bool { FileManager.default.fileExists(atPath: cluster + "/PG_VERSION") }

    /// - Parameter user: owner of the files when we are root.
    init(data: DataDirectory, user: String?) throws {
        owner = user.flatMap { getpwnam($0) }.map { Owner(user: $0.pointee.pw_uid, group: $0.pointee.pw_gid) }
        if user != nil && owner == nil { throw ClusterError("there is no user postgres; run infra/bootstrap") }
        var base = "\(data.path)/postgres"
        if user != nil, !Self.isReachableByOthers(data.path) {
            // A home like /root lets nobody else in; the cluster then lives where system data lives.
            base = "/var/lib/parley/\(Self.fingerprint(data.path))"
        }
        cluster = "\(base)/cluster"
        log = "\(base)/log"
        try Self.make(base, owner: owner, mode: 0o755)
        let inside = "\(base)/socket"
        socket = inside.utf8.count <= Self.longestSocketFolder ? inside : "/tmp/parley-\(Self.fingerprint(data.path))"
        try Self.make(socket, owner: owner, mode: 0o755)
        if FileManager.default.fileExists(atPath: draft) { try FileManager.default.removeItem(atPath: draft) }
    }

    /// Process id of the live server of exactly this cluster.
    var runningServer: pid_t? {
        guard let bytes = FileManager.default.contents(atPath: cluster + "/postmaster.pid"),
            let first = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first, let pid = pid_t(first),
            let name = FileManager.default.contents(atPath: "/proc/\(pid)/comm"),
            String(decoding: name, as: UTF8.self).hasPrefix("postgres"),
            let place = realpath("/proc/\(pid)/cwd", nil)
        else { return nil }
        defer { free(place) }
        return String(cString: place) == cluster ? pid : nil
    }

    /// Processes that work in the cluster's folder: a server, or what a killed one left behind.
    var inhabitants: [pid_t] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        return numbers.filter { pid in
            guard let place = realpath("/proc/\(pid)/cwd", nil) else { return false }
            defer { free(place) }
            return String(cString: place) == cluster
        }
    }

    /// After a reboot or in a new container their numbers may belong to any process (or to one that nobody has buried),
    /// and Postgres would refuse to start. Only when nobody lives here any more: the files are its guard against two
    /// servers on the same data.
    func removeStaleLocks() {
        unlink(cluster + "/postmaster.pid")
        unlink(socket + "/.s.PGSQL.5432.lock")
        unlink(socket + "/.s.PGSQL.5432")
    }

    /// Bytes of the server's log from which the next start begins a new one; the last one is kept.
    private static let longestLog: off_t = 8 << 20

    func rotateLog() {
        var status = stat()
        if stat(log, &status) == 0, status.st_size > Self.longestLog { rename(log, log + ".1") }
    }

    func writePrivate(_ path: String, _ text: String) throws {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataDirectoryError.unusable(path) }
        if let owner { fchown(descriptor, owner.user, owner.group) }
        writeAll(descriptor, Array(text.utf8))
        close(descriptor)
    }

    func append(_ name: String, _ text: String) throws {
        let path = "\(cluster)/\(name)"
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataDirectoryError.unusable(path) }
        writeAll(descriptor, Array(text.utf8))
        close(descriptor)
    }

    private static func make(_ path: String, owner: Owner?, mode: mode_t) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if let owner { chown(path, owner.user, owner.group) }
        chmod(path, mode)
        // In /tmp somebody else could have made it first and would see every connection.
        var status = stat()
        guard lstat(path, &status) == 0, status.st_uid == owner?.user ?? getuid() else {
            throw ClusterError("\(path) belongs to somebody else")
        }
    }

    private static func isReachableByOthers(_ path: String) -> Bool {
        var current = ""
        for part in path.split(separator: "/") {
            current += "/" + part
            var status = stat()
            guard stat(current, &status) == 0, status.st_mode & 0o001 != 0 else { return false }
        }
        return true
    }

    /// FNV-1a: short and the same every time.
    private static func fingerprint(_ text: String) -> String {
        let hash = text.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return String(hash, radix: 36)
    }
}
