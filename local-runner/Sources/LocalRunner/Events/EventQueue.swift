import Domain
import FoundationEssentials
import HTTPServer
import NIOCore

/// Asynchronous invocations: stored first, then run, repeated after failures, handed to the destination in the end. At
/// least once across a restart, even a SIGKILL.
@HostLoop
final class EventQueue: EventIntake {
    /// Events that run or wait for a process at once.
    private static let inFlightLimit = 64
    /// Seconds beyond the function's own time-out: waiting for a process, starting it.
    private static let leaseMargin = 120.0

    private let host: Host
    private let store: EventStore
    private let policy: RetryPolicy
    private let coalesced: CoalescedInvocations
    /// Seconds between two looks while nothing is due: what another runner left behind when it died waits so long.
    private static let longestPause = 5.0
    private static let shortestPause = 0.5

    private var inFlight: Set<UUID> = []
    /// When the next event of this runner's own falls due; looks come early for it.
    private var nextDue = Date.distantFuture
    private var isStopping = false
    /// Said once, and once when it is over.
    private var isUnreadable = false

    init(host: Host, store: EventStore, policy: RetryPolicy, coalesced: CoalescedInvocations) {
        self.host = host
        self.store = store
        self.policy = policy
        self.coalesced = coalesced
    }

    func accept(
        id: String, pool: FunctionPool, payload: ByteBuffer, clientContext: String?,
        then done: @escaping @HostLoop (Bool) -> Void
    ) {
        if pool.entry.manifest.wakeOnly {
            coalesced.invoke(pool, id: id, payload: payload)
            return done(true)
        }
        let event = QueuedEvent(
            id: UUID(uuidString: id) ?? UUID(), function: pool.name, payload: String(buffer: payload),
            clientContext: clientContext, acceptedAt: Date())
        Task { @HostLoop in
            do {
                try await store.insert(event, lease: lease(event))
                done(true)
                start(event)
            } catch {
                say("An event for \(event.function) could not be stored: \(String(reflecting: error))")
                done(false)
            }
        }
    }

    /// Frees what this installation had in hand when it was killed. Before the first event is accepted: it can't tell one
    /// life's events from another's.
    func takeBack() async throws {
        try await store.takeBack()
    }

    /// Looks for due events until it is cancelled.
    func run() async {
        var lookAt = Date.distantPast
        var pruneAt = Date.distantPast
        while !Task.isCancelled {
            let now = Date()
            if now >= min(lookAt, nextDue) {
                nextDue = .distantFuture
                let found = await look()
                lookAt = now + (found > 0 ? Self.shortestPause : Self.longestPause)
            }
            if now >= pruneAt {
                _ = try? await store.prune()
                pruneAt = now + 1800
            }
            try? await Task.sleep(for: .seconds(Self.shortestPause * Double.random(in: 0.8...1.2)))
        }
    }

    /// Something due has been stored.
    func lookSoon() {
        nextDue = Date()
    }

    /// Takes no more work; what is in flight settles as its invocations end.
    func stop() async {
        isStopping = true
        let deadline = ContinuousClock.now + .seconds(5)
        while !inFlight.isEmpty, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    }

    /// Returns how many events were due.
    private func look() async -> Int {
        let room = Self.inFlightLimit - inFlight.count
        guard room > 0, !isStopping else { return 1 }
        do {
            let longest = host.pools.values.map(\.entry.manifest.timeoutSeconds).max() ?? 900
            let due = try await store.claim(limit: room, lease: Double(longest) + Self.leaseMargin)
            if isUnreadable { say("The event queue can be read again.") }
            isUnreadable = false
            for event in due { start(event) }
            return due.count
        } catch {
            if !isUnreadable { say("The event queue can't be read until further notice: \(String(reflecting: error))") }
            isUnreadable = true
            try? await Task.sleep(for: .seconds(2))
            return 1
        }
    }

    private func lease(_ event: QueuedEvent) -> Double {
        Double(host.pools[event.function]?.entry.manifest.timeoutSeconds ?? 900) + Self.leaseMargin
    }

    private func start(_ event: QueuedEvent) {
        inFlight.insert(event.id)
        guard let pool = host.pools[event.function] else {
            return settle(event, .failure(.exit, LambdaError("ResourceNotFoundException", "the function is gone")))
        }
        let invocation = Invocation(
            id: event.requestID, payload: ByteBuffer(string: event.payload), clientContext: event.clientContext
        ) { [self] outcome in settle(event, outcome) }
        pool.invoke(invocation)
    }

    private func settle(_ event: QueuedEvent, _ outcome: Outcome) {
        Task { @HostLoop in
            do {
                try await record(event, outcome)
            } catch {
                // The lease runs out and the event runs again: at least once.
                say("The outcome of event \(event.requestID) could not be stored: \(String(reflecting: error))")
            }
            inFlight.remove(event.id)
        }
    }

    private func record(_ event: QueuedEvent, _ outcome: Outcome) async throws {
        var event = event
        switch outcome {
        case .success: try await store.finish(event)
        case .throttled(.stopping):
            try await store.again(event, after: 0, error: nil)
            lookSoon()
        case .throttled(.concurrency):
            event.throttles += 1
            try await apply(
                throttled(event), to: event, error: LambdaError("TooManyRequestsException", "Rate Exceeded."))
        case .failure(_, let error):
            event.attempts += 1
            event.throttles = 0
            try await apply(failed(event), to: event, error: error)
        }
    }

    private func history(_ event: QueuedEvent) -> RetryPolicy.History {
        RetryPolicy.History(
            attempts: event.attempts, throttles: event.throttles, age: -event.acceptedAt.timeIntervalSinceNow)
    }

    private func failed(_ event: QueuedEvent) -> RetryPolicy.Decision {
        let manifest = host.pools[event.function]?.entry.manifest
        return policy.afterFailure(
            history(event), maximumRetries: manifest?.maximumRetryAttempts ?? 0,
            maximumAge: manifest?.maximumEventAgeSeconds ?? 21_600)
    }

    private func throttled(_ event: QueuedEvent) -> RetryPolicy.Decision {
        policy.afterThrottling(
            history(event), maximumAge: host.pools[event.function]?.entry.manifest.maximumEventAgeSeconds ?? 21_600)
    }

    private func apply(_ decision: RetryPolicy.Decision, to event: QueuedEvent, error: LambdaError) async throws {
        try await apply(decision, to: event, error: ByteBuffer(string: error.json))
    }

    private func apply(_ decision: RetryPolicy.Decision, to event: QueuedEvent, error: ByteBuffer) async throws {
        let text = String(buffer: error).cut(to: 1_000)
        switch decision {
        case .again(let seconds):
            try await store.again(event, after: seconds, error: text)
            nextDue = min(nextDue, Date() + seconds)
        case .giveUp(let condition):
            let record = host.pools[event.function]?.entry.manifest.onFailure.map { destination in
                FailureRecord(event: event, arn: host.settings.arn(event.function), condition: condition, error: error)
                    .event(for: destination)
            }
            host.logs.write(event.function, "EVENT RequestId: \(event.requestID) given up: \(condition.rawValue)")
            try await store.giveUp(event, error: text, record: record)
            if record != nil { lookSoon() }
        }
    }
}
