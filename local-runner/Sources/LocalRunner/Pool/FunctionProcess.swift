import FoundationEssentials
import Glibc
import HTTPServer
import NIOCore
import NIOHTTP1

/// One execution environment: a child process, its Runtime API listener, and the invocation it works on.
@HostLoop
final class FunctionProcess {
    unowned let pool: FunctionPool
    let isWarm: Bool
    private(set) var state = RuntimeState()
    private(set) var current: Invocation?
    private(set) var idleSince = NIODeadline.now()
    private(set) var isStopping = false
    /// Handed to the pool and not yet taken: an extension that polls meanwhile changes nothing.
    private var isIdle = false
    /// Its code has been replaced: it takes no further invocation.
    var isOutdated = false
    private var listener: HTTPListener?
    /// In front of every path of its Runtime API, and known to this process only: whoever else is on this machine finds the port,
    /// and would take its work with the customers' tokens in it.
    private let secret: String
    /// A library's complaint may quote that address too.
    private let filter: SecretFilter
    private var child: ChildProcess?
    private var parked: HTTPExchange?
    private let startedAt = NIODeadline.now()
    private var initMilliseconds: Double?
    private var initReported = false
    private var peakKilobytes = 0
    private var peakReadAt = NIODeadline.uptimeNanoseconds(0)
    private var invokedAt = NIODeadline.now()
    private var deadline = NIODeadline.distantFuture
    /// Why the host killed it, in words for the caller.
    private var verdict: (Outcome.Failure, LambdaError)?
    private var initError: ByteBuffer?
    /// The answer for a caller who asked for the log's tail: it includes the REPORT line, so it waits for the next poll.
    private var pendingOutcome: Outcome?
    var extensions = ExtensionRegistration()

    var manifest: FunctionManifest { pool.entry.manifest }
    var isInitializing: Bool { state.phase == .initializing && !isStopping }

    init(pool: FunctionPool, isWarm: Bool) {
        self.pool = pool
        self.isWarm = isWarm
        secret = LocalSecret.make()
        filter = pool.settings.filter.hiding(secret)
    }

    // MARK: Life

    func start() async {
        do {
            var limits = HTTPLimits(header: 32 << 10, body: 3 * RuntimeAPI.responseLimit, idle: nil)
            limits.connections = 64
            limits.pipelining = false
            let listener = try await HTTPListener.bind(host: "127.0.0.1", port: 0, limits: limits) { [weak self] in
                guard let self else { return $0.abort() }
                RuntimeAPI(process: self, secret: secret).serve($0)
            }
            self.listener = listener
            guard !isStopping else { return ended(nil) }
            pool.log("INIT_START Runtime Version: provided:al2023")
            child = try ChildProcess.start(
                command(port: listener.port),
                onLine: { [weak self] in self?.logged($0) }, onExit: { [weak self] in self?.ended($0) })
        } catch {
            verdict = (.initialization, LambdaError("Runtime.InvalidEntrypoint", "\(error)"))
            ended(nil)
        }
    }

    private func command(port: Int) -> ChildProcess.Command {
        let stream = "local/[$LATEST]\(Invocation.makeID().filter { $0 != "-" })"
        let memory = UInt64(manifest.memoryMB) << 20
        return ChildProcess.Command(
            path: pool.entry.executable,
            environment: pool.settings.environment(
                for: pool.entry, runtimeAPI: "127.0.0.1:\(port)/\(secret)", stream: stream, isWarm: isWarm),
            directory: pool.entry.folder,
            // The resident size is what counts and is watched; this stops a runaway between two looks. Stacks of
            // threads and allocator reserves count here although they are never touched, hence the room.
            dataLimit: 4 * memory + 1 << 30, descriptors: UInt64(manifest.files))
    }

    /// Ends an idle process: at once, or politely when it asked for that by registering an extension.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        guard let child, child.ending == nil else { return }
        guard extensions.isRegistered else { return child.signal(SIGKILL) }
        child.signal(SIGTERM)
        HostLoop.loop.scheduleTask(in: .milliseconds(500)) { HostLoop.assumeIsolated { child.signal(SIGKILL) } }
    }

    private func kill(_ failure: Outcome.Failure, _ error: LambdaError) {
        guard !isStopping else { return }
        verdict = (failure, error)
        isStopping = true
        child?.signal(SIGKILL)
    }

    private func ended(_ child: ChildProcess?) {
        isStopping = true
        listener?.close()
        listener = nil
        parked = nil
        let wasInitializing = initMilliseconds == nil
        if let invocation = current {
            current = nil
            finish(invocation)
            invocation.complete(pendingOutcome ?? failure(for: invocation.id))
        }
        pool.ended(self, initFailure: wasInitializing ? initFailure : nil)
    }

    private func failure(for id: String) -> Outcome {
        if let verdict { return .failure(verdict.0, verdict.1) }
        let words = child?.ending?.words ?? "it could not be started"
        return .failure(
            .exit, LambdaError("Runtime.ExitError", "RequestId: \(id) Error: Runtime exited with error: \(words)"))
    }

    /// What a caller who waited for this process to start is told; the request id is filled in per caller.
    private var initFailure: (String) -> Outcome {
        let posted = initError
        let verdict = verdict
        let words = child?.ending?.words ?? "it could not be started"
        return { id in
            if let posted { return .failure(.initialization, posted) }
            let error =
                verdict?.1
                ?? LambdaError("Runtime.ExitError", "RequestId: \(id) Error: Runtime exited with error: \(words)")
            return .failure(.initialization, error)
        }
    }

    // MARK: What the process calls

    func poll(_ exchange: HTTPExchange) {
        do throws(RuntimeState.Refusal) {
            try state.poll()
        } catch {
            let answer = LambdaError(error.rawValue, "an invocation is in progress or another poll is open")
            return exchange.answer(.forbidden, json: answer.json)
        }
        if initMilliseconds == nil { initMilliseconds = milliseconds(since: startedAt) }
        parked = exchange
        exchange.onAbandon = { [weak self] in self?.pollBroke(exchange) }
        readyIfDone()
    }

    /// Finished with one invocation and open for the next: it has polled, and so has its extension if that follows invocations.
    func readyIfDone() {
        guard state.phase == .polling, extensions.isReady, !isIdle else { return }
        if let invocation = current {
            if let tail = invocation.tail, !tail.isSettled { return settle(tail) }
            current = nil
            finish(invocation)
            if let outcome = pendingOutcome { invocation.complete(outcome) }
            pendingOutcome = nil
        }
        idleSince = .now()
        isIdle = true
        pool.ready(self)
    }

    /// Lines written just before the answer may still be in the pipe: a caller who wants the tail waits for them.
    private func settle(_ tail: LogTail) {
        HostLoop.loop.scheduleTask(in: .milliseconds(5)) {
            HostLoop.assumeIsolated {
                tail.isSettled = true
                self.readyIfDone()
            }
        }
    }

    private func pollBroke(_ exchange: HTTPExchange) {
        guard parked === exchange else { return }
        parked = nil
        isIdle = false
        state.pollBroke()
        pool.notReady(self)
    }

    func answered(_ id: String, _ outcome: Outcome) throws(RuntimeState.Refusal) {
        try state.answer(id)
        if current?.tail == nil {
            current?.complete(outcome)
        } else {
            pendingOutcome = outcome
        }
    }

    func initFailed(_ error: ByteBuffer) throws(RuntimeState.Refusal) {
        try state.failInit()
        initError = error
        // It should exit by itself; it gets a second.
        HostLoop.loop.scheduleTask(in: .seconds(1)) { HostLoop.assumeIsolated { self.child?.signal(SIGKILL) } }
    }

    // MARK: Work

    /// Gives a process that is ready its next invocation.
    func run(_ invocation: Invocation) {
        guard let parked else { return invocation.complete(.throttled(.concurrency)) }
        self.parked = nil
        isIdle = false
        current = invocation
        invocation.onStart?()
        invokedAt = .now()
        let timeout = TimeAmount.seconds(Int64(manifest.timeoutSeconds))
        deadline = invokedAt + timeout
        state.invoke(invocation.id)
        pool.log("START RequestId: \(invocation.id) Version: $LATEST", invocation.tail)
        var headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.id),
            ("Lambda-Runtime-Deadline-Ms", String(epochMilliseconds() + manifest.timeoutSeconds * 1000)),
            ("Lambda-Runtime-Invoked-Function-Arn", pool.arn),
            ("Lambda-Runtime-Trace-Id", invocation.traceID),
        ]
        if let context = invocation.clientContext { headers.append(("Lambda-Runtime-Client-Context", context)) }
        extensions.invoked(invocation.id, arn: pool.arn, deadline: epochMilliseconds() + manifest.timeoutSeconds * 1000)
        parked.answer(.ok, headers, invocation.payload)
    }

    /// Called many times a second: time-outs and memory.
    func check(now: NIODeadline, measuring: Bool) {
        guard !isStopping else { return }
        if let current, now >= deadline {
            let message = "Task timed out after \(fixed(Double(manifest.timeoutSeconds))) seconds"
            pool.log("\(current.id) \(message)", current.tail)
            return kill(.timeout, LambdaError("Sandbox.Timeout", "RequestId: \(current.id) Error: \(message)"))
        }
        if isInitializing, initMilliseconds == nil, now - startedAt > .seconds(Int64(manifest.initTimeoutSeconds)) {
            let message = "Init timed out after \(fixed(Double(manifest.initTimeoutSeconds))) seconds"
            pool.log(message)
            return kill(.initialization, LambdaError("Sandbox.Timeout", message))
        }
        // A process without work grows no more.
        if measuring, current != nil || isInitializing { checkMemory() }
    }

    private func checkMemory() {
        guard let kilobytes = child?.measure().now, kilobytes > manifest.memoryMB << 10 else { return }
        let used = "\(kilobytes >> 10) MB of \(manifest.memoryMB) MB"
        let words = "Runtime exited with error: signal: killed (out of memory: \(used))"
        pool.log("\(words)", current?.tail)
        kill(.exit, LambdaError("Runtime.ExitError", "RequestId: \(current?.id ?? "-") Error: \(words)"))
    }

    private func logged(_ line: ByteBuffer) {
        pool.log(filter.filtered(line), current?.tail)
    }

    /// END and REPORT.
    private func finish(_ invocation: Invocation) {
        let duration = milliseconds(since: invokedAt)
        deadline = .distantFuture
        pool.log("END RequestId: \(invocation.id)", invocation.tail)
        pool.log(report(invocation.id, duration: duration), invocation.tail)
    }

    private func report(_ id: String, duration: Double) -> String {
        let initialization = initReported ? nil : initMilliseconds
        initReported = true
        let peak = peakMemory(duration) >> 10
        let billed = Int((duration + (initialization ?? 0)).rounded(.up))
        return "REPORT RequestId: \(id)\tDuration: \(fixed(duration)) ms\tBilled Duration: \(billed) ms"
            + "\tMemory Size: \(manifest.memoryMB) MB\tMax Memory Used: \(peak) MB"
            + (initialization.map { "\tInit Duration: \(fixed($0)) ms" } ?? "")
    }

    /// Peak resident size, KB. The kernel keeps the true peak; reading it costs as much as the rest of a short invocation,
    /// so of many short ones in a row only one in every tenth of a second looks.
    private func peakMemory(_ duration: Double) -> Int {
        let now = NIODeadline.now()
        if duration > 10 || now - peakReadAt > .milliseconds(100) {
            peakReadAt = now
            peakKilobytes = child?.measure().peak ?? peakKilobytes
        }
        return peakKilobytes
    }

    private func milliseconds(since start: NIODeadline) -> Double {
        Double((NIODeadline.now() - start).nanoseconds) / 1e6
    }
}

/// Two decimals.
func fixed(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

func epochMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
