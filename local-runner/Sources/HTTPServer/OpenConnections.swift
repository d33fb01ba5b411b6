import NIOCore

/// The open connections of a listener, and who gives way when there are too many or they hold too much.
@HostLoop
final class OpenConnections {
    let limits: HTTPLimits
    let serve: HTTPListener.Serve
    private(set) var all: [ObjectIdentifier: HTTPConnection] = [:]
    /// Bytes of bodies whose requests are not answered.
    private var held = 0

    init(limits: HTTPLimits, serve: @escaping HTTPListener.Serve) {
        self.limits = limits
        self.serve = serve
    }

    /// False when there is no place, and nobody who would give one up.
    func enter(_ connection: HTTPConnection) -> Bool {
        if all.count >= limits.connections { makeRoom() }
        guard all.count < limits.connections else { return false }
        all[ObjectIdentifier(connection)] = connection
        return true
    }

    func leave(_ connection: HTTPConnection) {
        all[ObjectIdentifier(connection)] = nil
    }

    /// Some at once: finding them looks at all.
    private func makeRoom() {
        let quiet = Dictionary(grouping: all.values.filter { !$0.isBusy }) { $0.peer }
        guard let most = quiet.values.max(by: { $0.count < $1.count }) else { return }
        let oldest = most.sorted { $0.lastActivity < $1.lastActivity }
        for connection in oldest.prefix(max(1, limits.connections / 16)) {
            leave(connection)
            connection.close()
        }
    }

    // MARK: Bodies

    func hold(_ bytes: Int) {
        held += bytes
    }

    func letGo(_ bytes: Int) {
        held -= bytes
    }

    /// Whether this connection may keep another piece of a body; those that send more than it make room.
    func isRoom(for bytes: Int, of connection: HTTPConnection) -> Bool {
        while held + bytes > limits.bodies {
            let arriving = all.values.filter { !$0.isBusy && $0.held > connection.held + bytes }
            guard let largest = arriving.max(by: { $0.held < $1.held }) else { return false }
            leave(largest)
            largest.giveUp()
        }
        return true
    }
}
