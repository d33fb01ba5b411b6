import DequeModule
import HTTPServer
import NIOCore

/// Invocations that wait for a process, by who asked: each client in its turn, so that nobody's hundred stand before another's one.
@HostLoop
struct WaitingLine {
    private var lines: [String: Deque<Invocation>] = [:]
    /// Whose turn is next, and whose after that. Whoever has a line stands here once.
    private var turns = Deque<String>()
    private(set) var count = 0

    init() {}

    mutating func append(_ invocation: Invocation) {
        count += 1
        if lines[invocation.client] == nil { turns.append(invocation.client) }
        lines[invocation.client, default: []].append(invocation)
    }

    mutating func popFirst() -> Invocation? {
        guard let client = turns.popFirst(), let first = lines[client]?.popFirst() else { return nil }
        count -= 1
        if lines[client]?.isEmpty == true { lines[client] = nil } else { turns.append(client) }
        return first
    }

    /// The newest of whoever has most here, if that is more than the client would have with one more.
    mutating func giveWay(to client: String) -> Invocation? {
        guard let most = lines.max(by: { $0.value.count < $1.value.count }), let newest = most.value.last,
            most.value.count > (lines[client]?.count ?? 0) + 1
        else { return nil }
        _ = remove(newest)
        return newest
    }

    /// Whether it stood here.
    mutating func remove(_ invocation: Invocation) -> Bool {
        guard let place = lines[invocation.client]?.firstIndex(where: { $0 === invocation }) else { return false }
        lines[invocation.client]?.remove(at: place)
        count -= 1
        forgetIfEmpty(invocation.client)
        return true
    }

    /// Callers differ in patience, so the one who waits longest is not always the first to give up.
    mutating func removeExpired(at now: NIODeadline) -> [Invocation] {
        let expired = lines.values.flatMap { $0.filter { now >= $0.waitUntil } }
        for invocation in expired { _ = remove(invocation) }
        return expired
    }

    private mutating func forgetIfEmpty(_ client: String) {
        guard lines[client]?.isEmpty == true else { return }
        lines[client] = nil
        turns.removeAll { $0 == client }
    }
}
