import NIOCore

/// The open connections of a listener, and who gives way when there are too many or they hold too much: first those of the address
/// that has most.
@HostLoop
final class OpenConnections {
    let limits: HTTPLimits
    let serve: HTTPListener.Serve
    private(set) var all: [ObjectIdentifier: HTTPConnection] = [:]
    /// By address.
    private var counts = Shares()
    /// Bytes of bodies whose requests are not answered, and of what was made of them, by address.
    private var held = Shares()

    init(limits: HTTPLimits, serve: @escaping HTTPListener.Serve) {
        self.limits = limits
        self.serve = serve
    }

    /// False when there is no place, and nobody who would give one up.
    func enter(_ connection: HTTPConnection) -> Bool {
        if all.count >= limits.connections { makeRoom(for: connection.share) }
        guard all.count < limits.connections else { return false }
        all[ObjectIdentifier(connection)] = connection
        counts.add(1, to: connection.share)
        return true
    }

    func leave(_ connection: HTTPConnection) {
        guard all.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        counts.add(-1, to: connection.share)
    }

    /// Those on which nothing is asked, some at once: finding them looks at all. Where everybody waits for an answer, one of the
    /// address that has most, unless that is who asks.
    private func makeRoom(for share: String) {
        let quiet = Dictionary(grouping: all.values.filter { !$0.isBusy }) { $0.share }
        guard let most = quiet.values.max(by: { $0.count < $1.count }) else { return closeBusy(for: share) }
        let oldest = most.sorted { $0.lastActivity < $1.lastActivity }
        for connection in oldest.prefix(max(1, limits.connections / 16)) { close(connection) }
    }

    private func closeBusy(for share: String) {
        guard let most = counts.largest, counts[most] > counts[share] + 1 else { return }
        let theirs = all.values.filter { $0.share == most }
        // What nobody has begun with is lost first, then what began last.
        let waiting = theirs.filter(\.canGiveWay)
        let victim = (waiting.isEmpty ? theirs : waiting).max { $0.lastActivity < $1.lastActivity }
        if let victim { close(victim) }
    }

    private func close(_ connection: HTTPConnection) {
        leave(connection)
        connection.close()
    }

    // MARK: Bodies

    func hold(_ bytes: Int, of share: String) {
        held.add(bytes, to: share)
    }

    func letGo(_ bytes: Int, of share: String) {
        held.add(-bytes, to: share)
    }

    /// Whether this connection may keep another piece of a body; those that hold more than it make room. They stay open and counted
    /// until they have read why.
    func isRoom(for bytes: Int, of connection: HTTPConnection) -> Bool {
        while held.total + bytes > limits.bodies {
            guard let other = whoGivesWay(to: connection, bytes), other.giveWay() else { return false }
        }
        return true
    }

    private func whoGivesWay(to connection: HTTPConnection, _ bytes: Int) -> HTTPConnection? {
        let own = held[connection.share] + bytes
        let others = all.values.filter { other in
            guard other !== connection, other.canGiveWay else { return false }
            return other.share == connection.share
                ? other.held > connection.held + bytes : held[other.share] > own
        }
        return others.max { (held[$0.share], $0.held) < (held[$1.share], $1.held) }
    }
}

/// Amounts by address. Nothing is kept of whoever has none.
private struct Shares {
    private(set) var total = 0
    private var amounts: [String: Int] = [:]

    subscript(_ share: String) -> Int { amounts[share, default: 0] }

    var largest: String? { amounts.max { $0.value < $1.value }?.key }

    mutating func add(_ amount: Int, to share: String) {
        total += amount
        let sum = self[share] + amount
        amounts[share] = sum == 0 ? nil : sum
    }
}
