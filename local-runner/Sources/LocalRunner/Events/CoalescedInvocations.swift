import FoundationEssentials
import NIOCore

/// Wake-ups of functions that only look for work (`"wakeOnly": true`): one waiting wake per function is as good as many.
/// They are kept in memory alone, because nothing depends on any single one: a schedule sweeps what a lost one left.
@HostLoop
final class CoalescedInvocations {
    private var waiting: Set<String> = []

    /// Starts the function, or does nothing when a wake is waiting that hasn't been given to a process yet.
    func invoke(_ pool: FunctionPool, id: String, payload: ByteBuffer) {
        guard waiting.insert(pool.name).inserted else { return }
        let invocation = Invocation(id: id, payload: payload, patience: .minutes(5)) { [self] _ in
            waiting.remove(pool.name)
        }
        invocation.onStart = { [self] in waiting.remove(pool.name) }
        pool.invoke(invocation)
    }

    /// At the start of the host: a killed one took its wakes along, and work may be waiting.
    func invokeAll(_ pools: some Sequence<FunctionPool>) {
        for pool in pools where pool.entry.manifest.wakeOnly {
            invoke(pool, id: UUID().uuidString.lowercased(), payload: ByteBuffer(string: "{}"))
        }
    }
}
