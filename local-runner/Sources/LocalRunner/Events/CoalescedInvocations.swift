import FoundationEssentials
import NIOCore

/// Wake-ups of functions that only look for work (`"wakeOnly": true`): one waiting wake per function is as good as many.
/// They are kept in memory alone, because nothing depends on any single one: a schedule sweeps what a lost one left.
@HostLoop
final class CoalescedInvocations {
    /// The wake's id by its function.
    private var waiting: [String: String] = [:]

    /// Starts the function, or does nothing when a wake is waiting that hasn't been given to a process yet.
    func invoke(_ pool: FunctionPool, id: String, payload: ByteBuffer) {
        guard waiting[pool.name] == nil else { return }
        waiting[pool.name] = id
        let invocation = Invocation(id: id, payload: payload, patience: .minutes(5)) { [self] _ in leave(pool, id) }
        invocation.onStart = { [self] in leave(pool, id) }
        pool.invoke(invocation)
    }

    /// It was given to a process or came to nothing. Called at its end too, when another one may be waiting already.
    private func leave(_ pool: FunctionPool, _ id: String) {
        if waiting[pool.name] == id { waiting[pool.name] = nil }
    }

    /// At the start of the host: a killed one took its wakes along, and work may be waiting.
    func invokeAll(_ pools: some Sequence<FunctionPool>) {
        for pool in pools where pool.entry.manifest.wakeOnly {
            invoke(pool, id: UUID().uuidString.lowercased(), payload: ByteBuffer(string: "{}"))
        }
    }
}
