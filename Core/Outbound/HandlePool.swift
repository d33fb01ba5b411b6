import Dispatch
import Synchronization

/// A bounded set of handles, made when they are first needed. The handle that was used last is used next: its connections
/// are the most likely to be open still.
final class HandlePool: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Place?, Never>
    }

    /// An idle handle, or the right to make one.
    private enum Place: Sendable {
        case idle(CurlHandle)
        case new
    }

    private struct State {
        var idle: [CurlHandle] = []
        var made = 0
        var waiters: [Waiter] = []
    }

    private let limit: Int
    private let authorities: String?
    private let state = Mutex(State())
    private let numbers = Atomic(0)

    init(limit: Int, authorities: String? = nil) {
        self.limit = limit
        self.authorities = authorities
    }

    /// Waits at most `seconds`; `nil` when no handle became free, or the task was cancelled while it waited.
    func lease(from curl: CurlLibrary, within seconds: Double) async -> CurlHandle? {
        switch await place(within: seconds) {
        case .idle(let handle): return handle
        case .new:
            if let handle = CurlHandle(curl: curl, authorities: authorities) { return handle }
            state.withLock { $0.made -= 1 }
            return nil
        case nil: return nil
        }
    }

    func release(_ handle: CurlHandle) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.idle.append(handle)
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: .idle(handle))
    }

    private func place(within seconds: Double) async -> Place? {
        let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let place = state.withLock { state -> Place? in
                    if let handle = state.idle.popLast() { return .idle(handle) }
                    if state.made < limit {
                        state.made += 1
                        return .new
                    }
                    state.waiters.append(Waiter(number: number, continuation: continuation))
                    return nil
                }
                if let place { return continuation.resume(returning: place) }
                // Cancelled before it stood among those who wait: the handler found nobody.
                if Task.isCancelled { return giveUp(number) }
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { self.giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func giveUp(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
    }
}
