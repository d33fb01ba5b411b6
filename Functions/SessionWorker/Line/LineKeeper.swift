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

    /// After an end that nobody expected: the same growing pause as after any other, and its owner sees why.
    private func recover() async throws {
        do {
            let stored = try await StoredLine.load(line, environment)
            try await pause(.interrupted, stored, atLeast: 0)
        } catch let error where !(error is LineLost) {
            // The database is away. A wish of the owner ends the wait.
            unwritten += 1
            try await Task.sleep(for: .seconds(pause(after: unwritten - 1)))
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
        let stored = try await StoredLine.load(line, environment)
        unwritten = 0
        asked = max(asked, stored.record.asked)
        switch stored.record.wanted {
        case .stopped:
            try await rest(LineEnd(.stoppedByOwner, next: .stop), stored)
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
        if end.trouble == .codesUsedUp { return try await startOver(end, stored) }
        switch end.next {
        case .relink:
            try await wipe(end, stored)
            return false
        case .stop:
            try await rest(end, stored)
            return false
        case .reconnectNow where isNewlyLinked: return true
        case .reconnectNow, .reconnectLater:
            try await pause(end, stored, atLeast: 0)
            return true
        case .wait(let seconds):
            try await pause(end, stored, atLeast: Double(seconds))
            return true
        }
    }

    /// New codes, until it is clear that nobody is looking.
    private func startOver(_ end: LineEnd, _ stored: StoredLine) async throws -> Bool {
        unscanned += 1
        guard unscanned >= environment.settings.unscannedRounds else { return true }
        unscanned = 0
        try await rest(end, stored)
        return false
    }

    private func pause(_ end: LineEnd, _ stored: StoredLine, atLeast seconds: Double) async throws {
        let before = isSettled ? 0 : stored.record.failures
        let retry = Date(timeIntervalSinceNow: max(pause(after: before), seconds))
        let isBan = end.trouble == .temporaryBan
        try await write(
            end,
            .lineEnded(
                line, failures: before + 1, retryAt: retry, bannedUntil: isBan ? retry : nil,
                parked: false, asked: stored.record.asked, at: environment.clock.now()))
    }

    /// Seconds. The count is the row's: it goes on where another worker, or this one before it was started anew, stopped.
    private func pause(after failures: Int) -> Double {
        var random = SystemRandomNumberGenerator()
        var pauses = WhatsAppWire.Backoff(after: failures)
        return pauses.next(using: &random) * environment.settings.pauseFactor
    }

    /// At rest until the owner asks.
    private func rest(_ end: LineEnd, _ stored: StoredLine) async throws {
        try await write(
            end,
            .lineEnded(
                line, failures: stored.record.failures, retryAt: nil, parked: true, asked: stored.record.asked,
                at: environment.clock.now()))
    }

    private func wipe(_ end: LineEnd, _ stored: StoredLine) async throws {
        let now = environment.clock.now()
        try await write(
            end, .wipe(line, at: now),
            .lineEnded(line, failures: 0, retryAt: nil, parked: true, asked: stored.record.asked, at: now))
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
        try await wipe(
            LineEnd(.unlinked, next: .relink, reason: "The line was unlinked by its owner."), stored)
    }

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
