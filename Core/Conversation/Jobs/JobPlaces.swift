import Domain
import Store
import Synchronization

/// The places of one runner: how many jobs run, of which priority, and what else there is room for.
final class JobPlaces: Sendable {
    private struct State {
        var running = 0
        var bulk = 0
        var worked = 0
        var last: OrganizationID?
        var waiter: CheckedContinuation<Void, Never>?

        mutating func begin(_ job: Job) {
            running += 1
            worked += 1
            last = job.organization
            if job.isBulk { bulk += 1 }
        }

        mutating func end(_ job: Job) {
            running -= 1
            if job.isBulk { bulk -= 1 }
        }
    }

    private let pace: RunnerPace
    private let all: [JobKind]
    private let urgent: [JobKind]
    private let state = Mutex(State())

    init(_ pace: RunnerPace, kinds: [JobKind]) {
        self.pace = pace
        all = kinds
        urgent = kinds.filter { $0.priority == .reply }
    }

    var isEmpty: Bool { state.withLock { $0.running == 0 } }
    var isFull: Bool { state.withLock { $0.running >= pace.places } }
    /// Jobs begun.
    var worked: Int { state.withLock { $0.worked } }
    /// The organization that was served last.
    var last: OrganizationID? { state.withLock { $0.last } }

    /// What a free place may be given to.
    var kinds: [JobKind] { state.withLock { hasRoom(forBulk: $0.bulk) ? all : urgent } }

    /// What may follow a job in its place.
    func kinds(instead job: Job) -> [JobKind] {
        state.withLock { hasRoom(forBulk: $0.bulk - (job.isBulk ? 1 : 0)) ? all : urgent }
    }

    func take(_ job: Job) {
        state.withLock { $0.begin(job) }
    }

    /// - Parameter next: `nil`: the place is free.
    func replace(_ job: Job, by next: Job?) {
        let waiter = state.withLock { state in
            state.end(job)
            if let next { state.begin(next) }
            guard state.running < pace.places else { return nil as CheckedContinuation<Void, Never>? }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// One task at a time may wait.
    func untilOneIsFree() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.running >= pace.places else { return true }
                state.waiter = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func hasRoom(forBulk running: Int) -> Bool { running < pace.places - pace.reserved }
}

extension Job {
    fileprivate var isBulk: Bool { kind.priority > .reply }
}
