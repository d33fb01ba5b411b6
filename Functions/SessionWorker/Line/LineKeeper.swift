import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// One held line over all its connections: connects, waits, gives up, as its owner and WhatsApp ask.
actor LineKeeper {
    nonisolated let line: HeldLine
    private let environment: LineEnvironment
    /// The owner's wishes we know of; rises with each. Only tells whether one is new: what is written about an attempt names
    /// the wish that the attempt began with, so that one that arrives meanwhile is not taken for done.
    private(set) var asked: Int
    private var attempt: Task<Bool, any Error>?
    /// Failures since the line's row was last read or written: while the database is away there is no other place for them.
    private var unwritten = 0
    /// The connection of this attempt was a good one, so its end is the first failure.
    private var isSettled = false
    private var unscanned = 0
    private var wasPaired = false
    /// Open and logged in.
    private(set) var connection: LineConnection?
    /// Of the line, not of a connection: it outlives each.
    nonisolated let ratchets = RatchetLock()
    private let connected: @Sendable (ChannelID) async -> Void

    init(
        _ lease: LineLeases.Lease, _ environment: LineEnvironment,
        connected: @escaping @Sendable (ChannelID) async -> Void
    ) {
        line = lease.line
        asked = lease.asked
        self.environment = environment
        self.connected = connected
    }

    /// Until there is nothing to do for the line, or it is another worker's, or the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let attempt = Task { try await self.attemptOnce() }
            self.attempt = attempt
            do {
                let goesOn = try await withTaskCancellationHandler {
                    try await attempt.value
                } onCancel: {
                    attempt.cancel()
                }
                guard goesOn else { return }
            } catch is LineLost {
                log.note("a line was taken over")
                return
            } catch {
                // Cancelled: a wish of the owner, or the end of this worker.
                continue
            }
        }
    }

    /// - Returns: whether there is more to do.
    /// - Throws: `LineLost` or `CancellationError`; whatever else goes wrong ends in a pause.
    private func attemptOnce() async throws -> Bool {
        do {
            return try await live()
        } catch let error where !(error is LineLost) {
            // Whatever an attempt that was told to stop ended with.
            try Task.checkCancellation()
            log.complain("a line was interrupted", error)
            try await recover()
            return true
        }
    }

    /// After an end that nobody expected: the same growing pause as after any other, and its owner sees why. The pause is waited out here,
    /// because what ended the attempt may end the next one before it looks at its row; a wish of the owner ends it.
    private func recover() async throws {
        do {
            let record = try await StoredLine.record(of: line, environment)
            try await Task.sleep(for: .seconds(try await pause(.interrupted, record, atLeast: 0)))
        } catch let error where !(error is LineLost) {
            try Task.checkCancellation()
            unwritten += 1
            let seconds = pause(after: unwritten - 1)
            if (error as? PostgresError)?.isPassing != true { await tell(error, retryIn: seconds) }
            // Else the database is away, and there is no other place for the failure.
            try await Task.sleep(for: .seconds(seconds))
        }
    }

    /// The line's row can't be read. Its owner sees that nothing works, whatever they saw before.
    private func tell(_ error: any Error, retryIn seconds: Double) async {
        log.complain("a line's row could not be read", error)
        do {
            try await write(
                .interrupted,
                .lineEnded(
                    line, failures: unwritten, retryAt: Date(timeIntervalSinceNow: seconds), parked: false,
                    asked: asked, at: environment.clock.now()))
        } catch {
            log.complain("a line's trouble could not be written down", error)
        }
    }

    /// The owner asked for something new: whatever is going on is looked at again.
    func hear(_ asked: Int) {
        // An older reading than the one that is being followed is no news.
        guard asked > self.asked else { return }
        self.asked = asked
        unwritten = 0
        unscanned = 0
        attempt?.cancel()
    }

    /// One thing the owner wants, done once.
    /// - Returns: whether there is more to do.
    private func live() async throws -> Bool {
        isSettled = false
        let stored: StoredLine
        do {
            stored = try await StoredLine.load(line, environment)
        } catch let unreadable as StoredLine.Unreadable {
            log.complain("a line can't be read", unreadable.cause)
            return try await goWithoutKeys(unreadable.record)
        }
        unwritten = 0
        asked = max(asked, stored.record.asked)
        switch stored.record.wanted {
        case .stopped:
            try await rest(LineEnd(.stoppedByOwner, next: .stop), stored.record)
            return false
        case .unlinked:
            try await unlink(stored)
            return false
        case .connected:
            try await waitForRetry(stored.record)
            let end = try await connect(stored)
            return try await digest(end, stored)
        }
    }

    /// What can be done for a line whose keys can't be read: its owner is told, and may stop or unlink it. It is looked at again after the
    /// same growing pauses as after any other failure.
    private func goWithoutKeys(_ record: LineRecord) async throws -> Bool {
        asked = max(asked, record.asked)
        switch record.wanted {
        case .stopped:
            try await rest(LineEnd(.stoppedByOwner, next: .stop), record)
            return false
        case .unlinked:
            try await wipe(Self.unlinkedByOwner, record)
            return false
        case .connected:
            try await Task.sleep(for: .seconds(try await pause(.unreadable, record, atLeast: 0)))
            return true
        }
    }

    private func waitForRetry(_ record: LineRecord) async throws {
        guard let retry = record.retryAt else { return }
        let pause = retry.timeIntervalSinceNow
        if pause > 0 { try await Task.sleep(for: .seconds(pause)) }
    }

    // MARK: Connecting

    private func connect(_ stored: StoredLine) async throws -> LineEnd {
        // While it fails again and again its status goes on saying so.
        if stored.record.failures == 0 || stored.record.isShownConnected {
            try await environment.database.pipeline(
                holding: line,
                [
                    .setStatus(
                        line, .starting, reason: "The line is connecting.", nextStep: "", at: environment.clock.now())
                ])
        }
        let connection: LineConnection
        do {
            connection = try await open(stored) { [weak self] in await self?.isConnected($0) }
        } catch let error where !(error is LineLost || error is PostgresError) {
            try Task.checkCancellation()
            log.complain("a line could not connect", error)
            return LineEnd(opening: error)
        }
        let result: Result<LineEnd, any Error>
        do { result = .success(try await connection.run()) } catch { result = .failure(error) }
        self.connection = nil
        isSettled = await connection.isSettled
        let end = try result.get()
        // Told to stop, or to do something else: that is no trouble of the line's.
        try Task.checkCancellation()
        wasPaired = connection.parts.own.account != nil && stored.account == nil
        return end
    }

    /// - Parameter ready: told when messages come and go.
    private func open(
        _ stored: StoredLine, ready: @escaping @Sendable (LineConnection) async -> Void
    ) async throws -> LineConnection {
        guard let address = ServerAddress(environment.settings.server) else { throw WebSocketError.badAddress }
        let client = ClientDescription(version: environment.settings.version, name: environment.settings.deviceName)
        let payload =
            stored.account.flatMap { ClientPayload.login($0.jid, client: client) }
            ?? .registration(stored.credentials, client: client)
        var random = SystemRandomNumberGenerator()
        let link = try ClientLink(
            identity: .init(
                noiseKey: stored.credentials.noiseKey, payload: payload.bytes, anchor: environment.settings.anchor),
            ephemeral: .generate(using: &random), routing: stored.record.routing.map(Array.init) ?? [],
            frameLimit: Self.frameLimit)
        let socket = try await environment.openings.withPermit(within: Self.queueing) {
            try await WebSocket.open(
                address, on: environment.loops, tls: address.isSecure ? environment.tls : nil,
                timeout: environment.settings.patience)
        }
        return LineConnection(
            line, environment, stored: stored, ratchets: ratchets, socket: socket, link: link, ready: ready)
    }

    /// Real seconds for which other lines' connections may be in front: a thousand that begin at once take minutes.
    private static let queueing = 600.0
    /// Bytes of one frame; history comes in files, everything else is small.
    private static let frameLimit = 1 << 22

    private func isConnected(_ connection: LineConnection) async {
        self.connection = connection
        await connected(line.channel)
    }

    // MARK: Afterwards

    /// Writes down why it ended and what comes next.
    private func digest(_ end: LineEnd, _ stored: StoredLine) async throws -> Bool {
        let isNewlyLinked = wasPaired
        wasPaired = false
        if end.trouble == .codesUsedUp { return try await startOver(end, stored.record) }
        switch end.next {
        case .relink:
            try await wipe(end, stored.record)
            return false
        case .stop:
            try await rest(end, stored.record)
            return false
        case .reconnectNow where isNewlyLinked: return true
        case .reconnectNow, .reconnectLater:
            try await pause(end, stored.record, atLeast: 0)
            return true
        case .wait(let seconds):
            try await pause(end, stored.record, atLeast: Double(seconds))
            return true
        }
    }

    /// New codes, until it is clear that nobody is looking.
    private func startOver(_ end: LineEnd, _ record: LineRecord) async throws -> Bool {
        unscanned += 1
        guard unscanned >= environment.settings.unscannedRounds else { return true }
        unscanned = 0
        try await rest(end, record)
        return false
    }

    /// - Returns: how many seconds it lasts.
    @discardableResult
    private func pause(_ end: LineEnd, _ record: LineRecord, atLeast seconds: Double) async throws -> Double {
        let before = isSettled ? 0 : record.failures
        let pause = max(pause(after: before), seconds)
        let retry = Date(timeIntervalSinceNow: pause)
        let isBan = end.trouble == .temporaryBan
        try await write(
            end,
            .lineEnded(
                line, failures: before + 1, retryAt: retry, bannedUntil: isBan ? retry : nil,
                parked: false, asked: record.asked, at: environment.clock.now()))
        return pause
    }

    /// Seconds. The count is the row's: it goes on where another worker, or this one before it was started anew, stopped.
    private func pause(after failures: Int) -> Double {
        var random = SystemRandomNumberGenerator()
        var pauses = WhatsAppWire.Backoff(after: failures)
        return pauses.next(using: &random) * environment.settings.pauseFactor
    }

    /// At rest until the owner asks.
    private func rest(_ end: LineEnd, _ record: LineRecord) async throws {
        try await write(
            end,
            .lineEnded(
                line, failures: record.failures, retryAt: nil, parked: true, asked: record.asked,
                at: environment.clock.now()))
    }

    private func wipe(_ end: LineEnd, _ record: LineRecord) async throws {
        let now = environment.clock.now()
        try await write(
            end, .wipe(line, at: now),
            .lineEnded(line, failures: 0, retryAt: nil, parked: true, asked: record.asked, at: now))
    }

    private func write(_ end: LineEnd, _ queries: Query...) async throws {
        try await environment.database.pipeline(
            holding: line,
            queries + [
                .setStatus(
                    line, end.trouble.status, reason: end.reason, nextStep: end.trouble.nextStep,
                    at: environment.clock.now())
            ])
    }

    // MARK: Unlinking

    /// Tells the phone, when it can be told; everything of it goes in any case.
    private func unlink(_ stored: StoredLine) async throws {
        if stored.account != nil {
            do {
                try await sayGoodbye(stored)
            } catch let error where !(error is LineLost || error is PostgresError) {
                // The owner may have changed their mind, or this worker ends and the next one says goodbye.
                try Task.checkCancellation()
                log.complain("the phone was not told that its line was unlinked", error)
            }
        }
        try await wipe(Self.unlinkedByOwner, stored.record)
    }

    private static let unlinkedByOwner = LineEnd(
        .unlinked, next: .relink, reason: "The line was unlinked by its owner.")

    private func sayGoodbye(_ stored: StoredLine) async throws {
        // It is there for one word: nothing is sent over it.
        let connection = try await open(stored) { _ in }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await connection.run() }
            group.addTask { try await connection.logOut() }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    private var log: LineLog { environment.log.about(line.channel) }
}
