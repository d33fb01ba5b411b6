import Glibc

/// How many files and sockets the process may have open: each line is a socket, and what a line does opens more.
enum Descriptors {
    /// For the database, the log, requests to elsewhere and files on their way, with room to spare.
    private static let reserve = 256

    /// Raises the limit as far as the process itself may.
    /// - Returns: what it is now.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let raised = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
        var wanted = raised
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lines beyond what there are descriptors for would connect again and again in vain: they are left to other workers.
    static func lines(wanted: Int, limit: Int) -> Int {
        min(wanted, max(1, limit - reserve))
    }
}
