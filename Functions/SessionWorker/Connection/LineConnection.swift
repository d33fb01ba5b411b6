import Conversation
import Domain
import FoundationEssentials
import NIOCore
import Postgres
import Store
import WhatsAppWire

/// One connection of one line, from the handshake to its end.
///
/// Stanzas are worked on one after the other, in the task that reads them, so a slow database slows the server down and
/// nothing piles up here. That task never asks the server anything: what needs an answer is a background task. What a stanza
/// means is the business of the parts; this actor only keeps their order.
actor LineConnection {
    nonisolated let parts: LineParts
    private let connection: ServerConnection
    private let stream: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    private let announce: @Sendable (LineConnection) async -> Void
    private let tasks: AsyncStream<BackgroundTask>
    private let pasts: AsyncStream<BackgroundTask>
    var pairing: Pairing?
    var progress = LoginProgress.connecting
    /// When messages began to come and go.
    private var readyAt: ContinuousClock.Instant?
    /// Its end will be the first failure, whatever was before.
    private(set) var isSettled = false
    private var end: LineEnd?

    /// Background tasks beyond this many are dropped: each is asked for again by the server or by the next login.
    private static let mostTasks = 256
    /// Pieces of the past: those beyond are kept for the next connection.
    private static let mostPasts = 256

    /// - Parameter ready: called when messages come and go.
    init(
        _ line: HeldLine, _ environment: LineEnvironment, stored: StoredLine, ratchets: RatchetLock,
        socket: WebSocket, link: ClientLink, ready: @escaping @Sendable (LineConnection) async -> Void
    ) {
        let connection = ServerConnection(link: link, channel: socket.stream.channel)
        let (tasks, queue) = AsyncStream<BackgroundTask>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.mostTasks))
        let (pasts, queueOfPasts) = AsyncStream<BackgroundTask>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.mostPasts))
        self.connection = connection
        self.tasks = tasks
        self.pasts = pasts
        announce = ready
        stream = socket.stream
        parts = LineParts(
            line, environment, stored: stored, ratchets: ratchets,
            server: StanzaChannel(connection, patience: environment.settings.patience),
            enqueue: { task in
                if case .importHistory = task { queueOfPasts.yield(task) } else { queue.yield(task) }
            })
    }

    private var settings: Settings { parts.environment.settings }
    var log: LineLog { parts.log }

    var isLoggedIn: Bool { progress == .loggedIn }

    // MARK: Running

    /// Until the connection ends.
    /// - Throws: `LineLost`, cancellation, or an error of the database.
    func run() async throws -> LineEnd {
        do {
            return try await stream.executeThenClose { inbound, _ in try await self.converse(inbound) }
        } catch is ChannelError {
            return end ?? .connectionLost
        }
    }

    private func converse(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> LineEnd {
        try await connection.open()
        return try await withThrowingTaskGroup(of: LineEnd?.self) { group in
            group.addTask { try await self.read(inbound) }
            group.addTask { try await self.keepAlive() }
            group.addTask { try await self.runTasks(self.tasks) }
            group.addTask { try await self.runTasks(self.pasts) }
            do {
                while let result = try await group.next() {
                    guard let end = result else { continue }
                    await close(&group)
                    return end
                }
            } catch {
                await close(&group)
                throw error
            }
            return .connectionLost
        }
    }

    private func close(_ group: inout ThrowingTaskGroup<LineEnd?, any Error>) async {
        group.cancelAll()
        await pairing?.stop()
        await connection.close()
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> LineEnd {
        do {
            for try await chunk in inbound {
                await connection.received(chunk)
                while let node = try await connection.next() {
                    progress = max(progress, .spokenTo)
                    if let end = try await handle(node) { return end }
                }
            }
        } catch {
            guard let end = LineEnd(conversing: error) else {
                if error is ConnectionError || error is IOError || error is ChannelError {
                    return self.end ?? .connectionLost
                }
                throw error
            }
            log.complain("a connection was damaged", error)
            return end
        }
        return end ?? .connectionLost
    }

    /// Ends the connection for a reason of our own.
    func finish(_ end: LineEnd) async {
        self.end = self.end ?? end
        await connection.close()
    }

    // MARK: Signs of life

    private func keepAlive() async throws -> LineEnd? {
        try await Task.sleep(for: .seconds(settings.patience))
        guard progress.isEnough(isLinked: parts.own.account != nil) else { return .neverLoggedIn }
        while true {
            try await Task.sleep(for: .seconds(Double.random(in: settings.keepAlive)))
            guard await isAlive() else { return .connectionLost }
            try await settle()
        }
    }

    /// A connection that has lasted for a while was a good one: failures are counted anew.
    private func settle() async throws {
        guard !isSettled, let readyAt, ContinuousClock.now - readyAt > .seconds(settings.settling) else { return }
        isSettled = true
        try await parts.database.commit([.lineSettled(parts.database.line)])
    }

    private func isAlive() async -> Bool {
        let asked = ContinuousClock.now
        do {
            _ = try await connection.ask(within: settings.silence) { Stanzas.keepAlive(id: $0) }
            return true
        } catch is IQ.Failure {
            return true
        } catch {
            // Other stanzas are signs of life too.
            return await connection.lastHeard > asked
        }
    }

    // MARK: Background tasks

    private func runTasks(_ tasks: AsyncStream<BackgroundTask>) async throws -> LineEnd? {
        for await task in tasks {
            do {
                try await run(task)
            } catch let error as ConnectionError {
                guard error == .silent, case .completeLogin = task else { continue }
                return .connectionLost
            } catch let error as PostgresError where error.isAboutData {
                log.complain("the database refused what a background task was to store", error)
            } catch let error where error is LineLost || error is PostgresError || error is CancellationError {
                throw error
            } catch {
                log.complain("a background task failed", error)
            }
        }
        return nil
    }

    private func run(_ task: BackgroundTask) async throws {
        switch task {
        case .completeLogin:
            try await parts.login.complete()
            readyAt = .now
            await announce(self)
            for history in try await parts.histories.all() { parts.enqueue(.importHistory(history)) }
        case .uploadPreKeys: try await parts.login.uploadPreKeys()
        case .enterPairingCode: try await pairing?.showCode()
        case .resend(let request, let receipt):
            try await parts.resender.resend(request, receipt)
            try await parts.acknowledger.answer(receipt)
        case .nameGroup(let group): try await parts.groups.storeName(of: group)
        case .importHistory(let history): try await importHistory(history)
        case .issueToken(let person): try await parts.tokens.issue(to: person)
        case .leaveAfterPairing:
            try await Task.sleep(for: .seconds(settings.patience))
            await finish(LineEnd(.connectionLost, next: .reconnectNow))
        }
    }

    private func importHistory(_ history: WaitingHistory) async throws {
        do {
            try await parts.history.run(history)
        } catch is AsyncSemaphore.TimedOut {
            // Behind those of this line that came meanwhile.
            log.note("the past of a line waits for others'")
            parts.enqueue(.importHistory(history))
        }
    }

    /// Takes this device off the phone's list. Queries sent before the login is through get no answer.
    func logOut() async throws {
        for _ in 0..<Int(settings.patience / 0.1) where !isLoggedIn { try await Task.sleep(for: .milliseconds(100)) }
        try await parts.login.logOut()
    }
}
