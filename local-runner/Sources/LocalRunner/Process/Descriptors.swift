import Glibc

/// How many files and sockets this process may have open.
enum Descriptors {
    private static let wanted: rlim_t = 16_384
    /// Front connections at most.
    private static let connections = 4096

    /// Asks for as many as it needs; the system's usual 1,024 are fewer than the connections that one client can open.
    /// - Returns: connections that leave enough for functions, their pipes and the log files.
    static func connectionsAllowed() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, wanted))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return min(connections, Int(clamping: limit.rlim_cur / 2))
    }
}
