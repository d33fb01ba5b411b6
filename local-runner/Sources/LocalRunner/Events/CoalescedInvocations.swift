import HTTPServer
import NIOCore

/// Wake-ups of functions that only look for work (`"wakeOnly": true`): one waiting wake per function is as good as many.
/// They are kept in memory alone, because nothing depends on any single one: a schedule sweeps what a lost one left.
///
/// A process that dies at its work leaves some behind, and the wake that it had: the function is started once more, soon, and after
/// several deaths in a row later and later.
@HostLoop
final class CoalescedInvocations {
    /// The wake's id by its function.
    private var waiting: [String: String] = [:]
    /// Deaths since the last invocation that came to its end, by the function.
    private var deaths: [String: Int] = [:]
    /// Milliseconds until the function is started again after the first death, and at most; then the schedule is as soon.
    private static let pause: (first: Int64, longest: Int64) = (100, 60_000)

    private static let empty = ByteBuffer(string: "{}")

    /// Starts the function, or does nothing when a wake is waiting that hasn't been given to a process yet.
    func invoke(_ pool: FunctionPool, id: String, payload: ByteBuffer) {
        guard waiting[pool.name] == nil else { return }
        waiting[pool.name] = id
        let invocation = Invocation(id: id, payload: payload, patience: .minutes(5)) { [self] outcome in
            leave(pool, id)
            end(pool, outcome)
        }
        invocation.onStart = { [self] in leave(pool, id) }
        pool.invoke(invocation)
    }

    /// It was given to a process or came to nothing. Called at its end too, when another one may be waiting already.
    private func leave(_ pool: FunctionPool, _ id: String) {
        if waiting[pool.name] == id { waiting[pool.name] = nil }
    }

    private func end(_ pool: FunctionPool, _ outcome: Outcome) {
        switch outcome {
        case .failure(.exit, _), .failure(.timeout, _), .failure(.initialization, _): break
        default: return deaths[pool.name] = nil
        }
        let count = deaths[pool.name, default: 0]
        deaths[pool.name] = count + 1
        let pause = min(Self.pause.first << min(count, 10), Self.pause.longest)
        HostLoop.loop.scheduleTask(in: .milliseconds(pause)) { [self] in
            HostLoop.assumeIsolated { invoke(pool, id: Invocation.makeID(), payload: Self.empty) }
        }
    }

    /// At the start of the host: a killed one took its wakes along, and work may be waiting.
    func invokeAll(_ pools: some Sequence<FunctionPool>) {
        for pool in pools where pool.entry.manifest.wakeOnly {
            invoke(pool, id: Invocation.makeID(), payload: Self.empty)
        }
    }
}
