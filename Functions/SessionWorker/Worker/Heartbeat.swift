import FoundationEssentials

/// A file for whoever watches this process from outside (a container's health check): its time of change says when the worker has
/// last looked after its leases.
struct Heartbeat: Sendable {
    /// `nil`: nobody watches.
    var path: String?

    /// Its folder can be written where nothing else can: none when nobody watches.
    var folder: [String] {
        guard let path, let slash = path.lastIndex(of: "/") else { return [] }
        return [String(path[..<slash])]
    }

    func beat() {
        guard let path else { return }
        // Who can't write it is started anew by whoever watches.
        try? Data().write(to: URL(fileURLWithPath: path))
    }
}
