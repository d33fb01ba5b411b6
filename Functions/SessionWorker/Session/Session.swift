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
/// nothing piles up here. That task never asks the server anything: what needs an answer is an errand. Everything that
/// moves a ratchet happens under one lock per line, and commits together with the message it belongs to.
actor Session {
    let line: HeldLine
    let environment: LineEnvironment
    let keys: LineKeys
    let connection: ServerConnection
    private let signal = Gate(1)

    var credentials: Credentials
    var account: LinkedAccount?
    var record: LineRecord
    /// Presence: an available device shows its receipts as two ticks.
    var isAvailable = false
    var isLoggedIn = false
    /// Groups whose name is known to be stored; bounded.
    var namedGroups: Set<JID> = []
    /// First id of the next batch of one-time keys.
    var nextPreKey: UInt32
    var people = KnownPeople()
    var pairing = PairingState()
    var media: (connection: MediaConnection, until: ContinuousClock.Instant)?
    /// Until the server has spoken the handshake is not complete.
    private var hasSpoken = false
    private var end: LineEnd?
    private let errands: AsyncStream<Errand>
    private let todo: AsyncStream<Errand>.Continuation
    private let stream: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    private let ready: @Sendable (Session) async -> Void

    /// Errands beyond this many are dropped: each is asked for again by the server or by the next login.
    private static let mostErrands = 256

    init(
        _ line: HeldLine, _ environment: LineEnvironment, stored: StoredLine, socket: WebSocket, link: ClientLink,
        ready: @escaping @Sendable (Session) async -> Void
    ) {
        self.line = line
        self.environment = environment
        keys = LineKeys(line: line, box: environment.box)
        connection = ServerConnection(link: link, channel: socket.stream.channel)
        stream = socket.stream
        credentials = stored.credentials
        account = stored.account
        record = stored.record
        nextPreKey = UInt32(clamping: stored.record.nextPreKey)
        self.ready = ready
        (errands, todo) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostErrands))
    }

    var now: Date { environment.clock.now() }
    /// Seconds since 1970, for stanzas.
    var seconds: Int64 { Int64(Date().timeIntervalSince1970) }
    var settings: Settings { environment.settings }

    /// Everything that moves a ratchet, one after the other.
    func locked<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        await signal.enter()
        do {
            let result = try await body()
            await signal.leave()
            return result
        } catch {
            await signal.leave()
            throw error
        }
    }

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
            group.addTask { try await self.runErrands() }
            defer {
                group.cancelAll()
                pairing.rotation?.cancel()
            }
            do {
                while let result = try await group.next() {
                    guard let end = result else { continue }
                    await connection.close()
                    return end
                }
            } catch {
                await connection.close()
                throw error
            }
            return .connectionLost
        }
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> LineEnd {
        do {
            for try await chunk in inbound {
                await connection.received(chunk)
                while let node = try await connection.next() {
                    hasSpoken = true
                    if let end = try await handle(node) { return end }
                }
            }
        } catch {
            guard let end = LineEnd(conversing: error) else {
                if error is ConnectionError || error is IOError || error is ChannelError {
                    return end ?? .connectionLost
                }
                throw error
            }
            environment.log.complain("a connection was damaged", error, fields)
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
        guard hasSpoken else { return .connectionLost }
        while true {
            try await Task.sleep(for: .seconds(Double.random(in: settings.keepAlive)))
            guard await isAlive() else { return .connectionLost }
        }
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

    // MARK: Errands

    /// What needs an answer of the server and must not hold up the stanzas behind it.
    enum Errand: Sendable {
        case login
        case uploadPreKeys
        case enterPairingCode
        case resend(RetryRequest, receipt: Node)
        case nameGroup(JID)
        case importHistory(HistorySyncReference)
        case issueToken(JID)
        case leaveAfterPairing
    }

    func soon(_ errand: Errand) {
        todo.yield(errand)
    }

    private func runErrands() async throws -> LineEnd? {
        for await errand in errands {
            do {
                try await run(errand)
            } catch let error as ConnectionError {
                guard error == .silent, case .login = errand else { continue }
                return .connectionLost
            } catch let error where error is LineLost || error is PostgresError || error is CancellationError {
                throw error
            } catch {
                environment.log.complain("an errand failed", error, fields)
            }
        }
        return nil
    }

    private func run(_ errand: Errand) async throws {
        switch errand {
        case .login: try await completeLogin()
        case .uploadPreKeys: try await uploadPreKeys(PreKeyStanzas.furtherUpload)
        case .enterPairingCode: try await startPairingCode()
        case .resend(let request, let receipt): try await resend(request, receipt)
        case .nameGroup(let group): try await nameGroup(group)
        case .importHistory(let reference): try await importHistory(reference)
        case .issueToken(let person): try await issueToken(to: person)
        case .leaveAfterPairing: try await leaveAfterPairing()
        }
    }

    func isReady() async { await ready(self) }

    var fields: [String: String] { ["line": line.channel.text] }
}
