import Domain
import HTTPServer
import NIOCore

/// The processes of one function: started on demand, one invocation each at a time, at most `concurrency` of them.
/// Invocations beyond that wait in a bounded queue; beyond the queue they are throttled, first those of whoever has most there.
@HostLoop
final class FunctionPool {
    private(set) var entry: Catalog.Entry
    let settings: HostSettings
    let arn: String
    private let logs: LogWriter
    private var processes: [ObjectIdentifier: FunctionProcess] = [:]
    /// Ready processes; the last one used is used next, so that the others can be ended.
    private var idle: [FunctionProcess] = []
    private var waiting = WaitingLine()
    private var isStopping = false
    private var onEmpty: (@HostLoop () -> Void)?
    /// Failed starts in a row; the warm pool waits longer after each.
    private static let backoff = Backoff(base: 2, limit: 30, chance: 0)
    private var failedStarts = 0
    private var nextWarmStart = NIODeadline.now()
    private var measuredAt = NIODeadline.now()

    init(_ entry: Catalog.Entry, settings: HostSettings, logs: LogWriter) {
        self.entry = entry
        self.settings = settings
        self.logs = logs
        arn = settings.arn(entry.manifest.name)
    }

    var name: String { entry.manifest.name }
    var processCount: Int { processes.count }
    private var starting: Int { processes.values.count { $0.isInitializing } }
    private var live: Int { processes.values.count { !$0.isStopping } }

    func invoke(_ invocation: Invocation) {
        if isStopping { return invocation.complete(.throttled(.stopping)) }
        if let process = idle.popLast() { return process.run(invocation) }
        if waiting.count >= entry.manifest.queue + max(0, entry.manifest.concurrency - live) + starting {
            guard let other = waiting.giveWay(to: invocation.client) else {
                return invocation.complete(.throttled(.concurrency))
            }
            other.complete(.throttled(.concurrency))
        }
        waiting.append(invocation)
        startForWaiting()
    }

    /// What has not begun need not, when whoever asked has gone or others need the room. Says whether it was taken back: a client that
    /// ends its own direction behind its request, and waits for no more than a start, still gets its answer.
    @discardableResult
    func withdraw(_ invocation: Invocation, _ reason: HTTPExchange.Withdrawal = .crowded) -> Bool {
        guard reason == .crowded || waiting.count > starting else { return false }
        return waiting.remove(invocation)
    }

    /// One start per waiting invocation, within the limit. A process that is being ended still counts until it has.
    private func startForWaiting() {
        var starting = starting
        while starting < waiting.count, processes.count < entry.manifest.concurrency {
            start(isWarm: false)
            starting += 1
        }
    }

    private func start(isWarm: Bool) {
        let process = FunctionProcess(pool: self, isWarm: isWarm)
        processes[ObjectIdentifier(process)] = process
        Task { @HostLoop in await process.start() }
    }

    // MARK: Called by the processes

    func ready(_ process: FunctionProcess) {
        failedStarts = 0
        if process.isOutdated || isStopping { return process.stop() }
        if let invocation = waiting.popFirst() { return process.run(invocation) }
        idle.append(process)
    }

    func notReady(_ process: FunctionProcess) {
        idle.removeAll { $0 === process }
    }

    /// - Parameter initFailure: why it never became ready; the invocation that waits longest is told.
    func ended(_ process: FunctionProcess, initFailure: ((String) -> Outcome)?) {
        processes[ObjectIdentifier(process)] = nil
        notReady(process)
        if let initFailure, !process.isOutdated {
            failedStarts += 1
            if failedStarts == 1 { logs.notice(name, "does not start: \(initFailure("-").words)") }
            nextWarmStart = .now() + .seconds(Int64(Self.backoff.delay(after: failedStarts)))
            if let invocation = waiting.popFirst() { invocation.complete(initFailure(invocation.id)) }
        }
        if isStopping {
            if processes.isEmpty { onEmpty?() }
        } else {
            startForWaiting()
        }
    }

    func log(_ line: some Sequence<UInt8>, _ tail: LogTail? = nil) {
        logs.write(name, line)
        tail?.append(line)
    }

    func log(_ line: String, _ tail: LogTail? = nil) {
        log(line.utf8, tail)
    }

    // MARK: Called by the host

    /// Time-outs, memory, waiting too long, the warm pool, idle shrinking. Called many times a second.
    func tick(now: NIODeadline) {
        guard !processes.isEmpty || waiting.count > 0 || entry.manifest.warm > 0 else { return }
        let measuring = now - measuredAt >= .nanoseconds(Int64(settings.memoryCheckSeconds * 1e9))
        if measuring { measuredAt = now }
        for process in processes.values { process.check(now: now, measuring: measuring) }
        expireWaiting(now: now)
        if !isStopping {
            keepWarm(now: now)
            shrink(now: now)
        }
    }

    private func expireWaiting(now: NIODeadline) {
        for invocation in waiting.removeExpired(at: now) { invocation.complete(.throttled(.concurrency)) }
    }

    private func keepWarm(now: NIODeadline) {
        guard now >= nextWarmStart else { return }
        for _ in live..<max(live, entry.manifest.warm) where processes.count < entry.manifest.concurrency {
            start(isWarm: true)
        }
    }

    private func shrink(now: NIODeadline) {
        let limit = TimeAmount.nanoseconds(Int64(settings.idleSeconds * 1e9))
        while live > entry.manifest.warm, let oldest = idle.first, now - oldest.idleSince > limit {
            idle.removeFirst()
            oldest.stop()
        }
    }

    /// New code or a new declaration: idle processes end now, busy ones when their invocation is done.
    func replace(with entry: Catalog.Entry) {
        self.entry = entry
        for process in processes.values { process.isOutdated = true }
        for process in idle { process.stop() }
        idle.removeAll()
        failedStarts = 0
        nextWarmStart = .now()
    }

    /// Lets running invocations finish for a while, then ends every process and waits until they have ended.
    func stop(grace: TimeAmount) async {
        isStopping = true
        while let invocation = waiting.popFirst() { invocation.complete(.throttled(.stopping)) }
        for process in processes.values where process.current == nil { process.stop() }
        if processes.isEmpty { return }
        HostLoop.loop.scheduleTask(in: grace) {
            HostLoop.assumeIsolated { for process in self.processes.values { process.stop() } }
        }
        await withCheckedContinuation { continuation in onEmpty = { continuation.resume() } }
        onEmpty = nil
    }
}
