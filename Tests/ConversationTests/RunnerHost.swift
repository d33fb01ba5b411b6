import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Synchronization

/// Job runners as a host runs them: invoked when somebody wakes one, a few at the same time, each with connections of its own.
final class RunnerHost: Sendable {
    private let database: TestDatabase
    private let kinds: [JobKind]
    private let most: Int
    private let pace: RunnerPace
    private let perform: @Sendable (Job, Date) async throws -> JobOutcome
    private let runs = Mutex<[Task<Int, any Error>]>([])
    private let active = Mutex(0)
    private let invocationCount = Mutex(0)
    private let isStopped = Mutex(false)

    init(
        _ database: TestDatabase, kinds: [JobKind] = [.send, .turn], most: Int = 4, pace: RunnerPace = RunnerPace(),
        perform: @escaping @Sendable (Job, Date) async throws -> JobOutcome
    ) {
        self.database = database
        self.kinds = kinds
        self.most = most
        self.pace = pace
        self.perform = perform
    }

    static let clock = WallClock { Date() }
    static let ids = IDSource(clock: clock, randomness: .system)

    var invocations: Int { invocationCount.withLock { $0 } }
    var running: Int { active.withLock { $0 } }

    func wake() {
        let mayRun = active.withLock { active in
            guard active < most, !isStopped.withLock({ $0 }) else { return false }
            active += 1
            return true
        }
        guard mayRun else { return }
        invocationCount.withLock { $0 += 1 }
        let task = Task { try await run() }
        runs.withLock { $0.append(task) }
    }

    private func run() async throws -> Int {
        defer { active.withLock { $0 -= 1 } }
        let own = Database(url: database.appURL, connections: 4)
        let queue = JobQueue(database: own, clock: Self.clock, randomness: .system, kinds: kinds)
        let runner = JobRunner(
            queue: queue, calls: RunnerCalls(url: database.appURL, ids: Self.ids, pace: pace), pace: pace,
            wake: { self.wake() }, report: { job, error in print("job \(job.kind.name) failed: \(error)") },
            perform: perform)
        let worked = try await runner.run(until: Date(timeIntervalSinceNow: 120))
        await own.close()
        return worked
    }

    /// Until nobody runs any more; the jobs of all runs.
    @discardableResult
    func finish() async throws -> Int {
        var worked = 0
        while let task = runs.withLock({ $0.popLast() }) { worked += try await task.value }
        return worked
    }

    func stop() async {
        isStopped.withLock { $0 = true }
        while let task = runs.withLock({ $0.popLast() }) {
            task.cancel()
            _ = try? await task.value
        }
    }
}
