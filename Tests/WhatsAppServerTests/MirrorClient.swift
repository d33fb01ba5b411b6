import Foundation
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

/// A linked device made of `WhatsAppWire`, to try the server with. Keeps its keys over connections.
actor MirrorClient {
    private var server: WhatsAppServer?
    private var port: Int
    private var rootKey: String
    private(set) var credentials: Credentials
    private(set) var account: LinkedAccount?
    var signal: SignalDevice
    var senderKeys: [String: SenderKeyRecord] = [:]
    private var random: SeededGenerator
    private var link: ClientLink?
    private var channel: ClientChannel?
    private(set) var nodes: [Node] = []
    private(set) var received: [Received] = []
    private(set) var isClosed = false
    private(set) var failure: String?
    /// Messages are decrypted and answered as they come.
    var answersMessages = true
    private var pairSuccess: Node?
    private var queries = 0
    private var build: UInt32 = 1_045_649_367

    struct Received: Sendable, Equatable {
        let message: IncomingMessage
        let content: ReceivedMessage?
        let failure: SignalError?
    }

    /// Bytes of one connection, as the client counts them.
    struct Traffic: Sendable {
        var written = 0
        var read = 0
        /// Until the client had said its last word of the handshake.
        var handshake = (written: 0, read: 0)
    }
    private(set) var traffic = Traffic()

    struct TimedOut: Error { let waitedFor: String }
    /// The connection ended while something was waited for.
    struct Closed: Error {}

    /// - Parameter other: to be the same device as another client.
    init(_ server: WhatsAppServer, like other: (Credentials, LinkedAccount)? = nil) {
        self.init(server, port: server.port, rootKey: server.rootKey, like: other)
    }

    init(url: String, rootKey: String) throws {
        let port = try #require(URL(string: url)?.port)
        self.init(nil, port: port, rootKey: rootKey, like: nil)
    }

    private init(_ server: WhatsAppServer?, port: Int, rootKey: String, like other: (Credentials, LinkedAccount)?) {
        (self.server, self.port, self.rootKey) = (server, port, rootKey)
        var random = SeededGenerator(seed: UInt64.random(in: 0...UInt64(UInt32.max)))
        let signal = SignalDevice(
            address: JID.hiddenUser("0").signalAddress, identity: .generate(using: &random), registrationID: 4711,
            using: &random)
        self.signal = signal
        account = other?.1
        credentials =
            other?.0
            ?? Credentials(
                noiseKey: .generate(using: &random), identityKey: signal.identity, signedPreKey: signal.signedPreKey,
                registrationID: 4711, advSecret: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        self.random = random
    }

    func identity() -> (Credentials, LinkedAccount)? { account.map { (credentials, $0) } }

    func keep(_ message: Received) { received.append(message) }
    func set(answersMessages: Bool) { self.answersMessages = answersMessages }
    func set(build: UInt32) { self.build = build }

    func move(to server: WhatsAppServer) {
        (self.server, port, rootKey) = (server, server.port, server.rootKey)
    }

    // MARK: Connecting

    /// - Parameters:
    ///   - chunk: bytes per WebSocket message.
    ///   - rootKey: what to trust in place of the server's own root.
    func connect(chunk: Int = 1 << 20, rootKey: String? = nil) async throws {
        let description = ClientDescription(version: ClientVersion(build: build), name: "Mirror")
        let payload =
            account.flatMap { ClientPayload.login($0.jid, client: description) }
            ?? .registration(credentials, client: description)
        let root = try PublicKey(bytes(hex: rootKey ?? self.rootKey))
        let link = try ClientLink(
            identity: .init(
                noiseKey: credentials.noiseKey, payload: payload.bytes, anchor: TrustAnchor(testRoot: root)),
            ephemeral: .generate(using: &random))
        let channel = try await ClientChannel.open(port: port)
        self.channel = channel
        (nodes, isClosed, failure, traffic) = ([], false, nil, Traffic())
        self.chunk = chunk
        let opening = link.open()
        self.link = link
        Task { [weak self] in
            for await bytes in channel.messages { await self?.take(bytes) }
            await self?.ended()
        }
        write(opening)
    }

    private var chunk = 1 << 20

    private func write(_ bytes: [UInt8]) {
        traffic.written += bytes.count
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            channel?.write(Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
    }

    func disconnect() async {
        await channel?.close()
        try? await wait("the end of the connection", evenClosed: true) { self.isClosed }
    }

    private func ended() { isClosed = true }

    private func take(_ bytes: [UInt8]) async {
        guard link != nil else { return }
        link?.received(bytes)
        traffic.read += bytes.count
        do {
            while let event = try link?.next(now: Int64(Date().timeIntervalSince1970)) {
                switch event {
                case .established(let finish):
                    write(finish)
                    traffic.handshake = (traffic.written, traffic.read)
                case .node(let node): try await handle(node)
                }
            }
        } catch {
            failure = "\(error)"
            await channel?.close()
        }
    }

    private func handle(_ node: Node) async throws {
        nodes.append(node)
        guard answersMessages, account != nil else { return }
        if node.tag == "message" { return try await open(node) }
        if node.tag == "receipt" || node.tag == "notification" { try await answer(node, .processed) }
    }

    // MARK: Sending

    func send(_ node: Node) throws {
        if let bytes = try link?.send(node) { write(bytes) }
    }

    func answer(_ node: Node, _ outcome: Acknowledgement.Outcome) async throws {
        let answers = Acknowledgement.answers(
            to: node, outcome, as: .init(account: account, isAvailable: true), now: Int64(Date().timeIntervalSince1970))
        for answer in answers { try send(answer) }
    }

    func ask(_ make: (String) -> Node) async throws -> Node {
        queries += 1
        let id = "q-\(queries)"
        try send(make(id))
        return try await node { $0["id"] == id && ($0.tag == "iq" || $0.tag == "ack") }
    }

    // MARK: Waiting

    func node(_ tag: String) async throws -> Node {
        try await node { $0.tag == tag }
    }

    func node(where fits: (Node) -> Bool) async throws -> Node {
        try await wait("a stanza; got \(nodes.map(\.tag))") { self.nodes.contains(where: fits) }
        let index = nodes.firstIndex(where: fits) ?? 0
        return nodes.remove(at: index)
    }

    func message(where fits: (Received) -> Bool) async throws -> Received {
        try await wait("a message") { self.received.contains(where: fits) }
        return received[received.firstIndex(where: fits) ?? 0]
    }

    func wait(
        _ what: String, evenClosed: Bool = false, until isTrue: () async -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while await !isTrue() {
            // What it waits for may have come just before the end.
            if isClosed, !evenClosed, await !isTrue() { throw Closed() }
            guard ContinuousClock.now < deadline else { throw TimedOut(waitedFor: what) }
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    // MARK: Pairing and login

    /// Connects and shows a code.
    func showCode() async throws -> String {
        try await connect()
        let iq = try await node { $0.child("pair-device") != nil }
        try send(IQ.result(of: iq))
        return PairingQR(ref: PairDevice.refs(iq)?.first ?? "", credentials: credentials).text
    }

    /// Checks the phone's word, keeps the account, signs, and sees the connection end with 515.
    func finishPairing() async throws {
        let iq = try await node { $0.child("pair-success") != nil }
        pairSuccess = iq
        let (account, answer) = try PairSuccess.accept(iq, credentials: credentials, using: &random)
        self.account = account
        try send(answer)
        let end = try await node("stream:error")
        guard Ending(end)?.next == .reconnectNow else { throw TimedOut(waitedFor: "515, not \(end)") }
        await disconnect()
    }

    func refuse(_ error: PairingError) async throws {
        guard let iq = pairSuccess else { return }
        try send(error.answer(to: iq))
    }

    /// Connects, shows a pairing code and tells the server.
    func wantCode(for number: String) async throws -> LinkCodeCompanion.AwaitingPrimary {
        _ = try await showCode()
        let state = try LinkCodeCompanion.AwaitingPrimary(phone: .phoneNumber(number), using: &random)
        let credentials = credentials
        let reply = try await ask { state.hello(id: $0, credentials: credentials) }
        guard reply.child(LinkCode.tag)?.child("link_code_pairing_ref") != nil else {
            throw TimedOut(waitedFor: "a ref")
        }
        return state
    }

    func set(advSecret: [UInt8]) { credentials.advSecret = advSecret }

    func enterCode(_ state: LinkCodeCompanion.AwaitingPrimary) async throws {
        let notification = try await node { $0["type"] == LinkCode.tag }
        queries += 1
        let (secret, finish) = try state.finish(
            notification, id: "q-\(queries)", credentials: credentials, using: &random)
        credentials.advSecret = secret
        try send(finish)
    }

    func logIn(chunk: Int = 1 << 20, keys: Int = 20) async throws {
        try await connect(chunk: chunk)
        _ = try await node("success")
        if keys > 0 {
            for _ in 0..<keys { _ = signal.bundle(using: &random) }
            let upload = PreKeyStanzas.Upload(credentials: credentials, preKeys: Array(signal.preKeys.values))
            _ = try await ask { upload.node(id: $0) }
        }
        _ = try await ask { Stanzas.activate(id: $0) }
        _ = try await node { Hint.parse($0).contains { if case .offlineDone = $0 { true } else { false } } }
    }

    /// Pairs by QR code and logs in.
    func link(as number: String, name: String = "Shop") async throws -> Line {
        let server = try #require(server)
        let code = try await showCode()
        async let scanned = server.scan(code, as: number, name: name)
        try await finishPairing()
        let line = try await scanned
        try await logIn()
        return line
    }
}

func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}
