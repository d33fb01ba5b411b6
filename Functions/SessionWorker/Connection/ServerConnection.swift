import Conversation
import Domain
import FoundationEssentials
import NIOCore
import Postgres
import Store
import WhatsAppWire

/// One connection's frames, keys and open questions. Stanzas leave in the order in which they are handed in.
actor ServerConnection {
    private var link: ClientLink
    private let channel: any Channel
    private var identifiers: IQ.Identifiers
    private var questions: [String: CheckedContinuation<Node, any Error>] = [:]
    private var isClosed = false
    /// When something last came in; a keep-alive that stays unanswered means death.
    private(set) var lastHeard = ContinuousClock.now

    init(link: ClientLink, channel: any Channel) {
        self.link = link
        self.channel = channel
        var random = SystemRandomNumberGenerator()
        identifiers = IQ.Identifiers(using: &random)
    }

    // MARK: In

    func received(_ chunk: ByteBuffer) {
        lastHeard = .now
        link.received(chunk.readableBytesView)
    }

    /// The next stanza that is not an answer to a question of ours.
    func next() async throws -> Node? {
        while let event = try link.next(now: Int64(Date().timeIntervalSince1970)) {
            switch event {
            case .established(let bytes): try await write(bytes)
            case .node(let node):
                guard !answers(node) else { continue }
                return node
            }
        }
        return nil
    }

    private func answers(_ node: Node) -> Bool {
        guard let id = node["id"] else { return false }
        let name: String
        switch node.tag {
        case "iq" where node["type"] == "result" || node["type"] == "error": name = id
        case "ack" where node["class"] == "message": name = Self.acknowledgement(of: id)
        default: return false
        }
        guard let question = questions.removeValue(forKey: name) else { return false }
        question.resume(returning: node)
        return true
    }

    // MARK: Out

    func open() async throws {
        try await write(link.open())
    }

    func send(_ node: Node) async throws {
        try await write(try link.send(node))
    }

    func makeID() -> String { identifiers.next() }

    /// Sends a query and waits for its answer.
    /// - Throws: `IQ.Failure` when the server says no, `ConnectionError` when it says nothing.
    func ask(within seconds: Double, _ query: @Sendable (_ id: String) -> Node) async throws -> Node {
        let id = identifiers.next()
        return try IQ.reply(try await answer(to: id, sending: query(id), within: seconds))
    }

    /// Sends a message and waits for the server's word that it has it.
    /// - Parameter written: called once the message is with the socket.
    func deliver(
        _ message: Node, id: String, within seconds: Double, written: @Sendable () -> Void
    ) async throws -> ServerAck {
        let node = try await answer(
            to: Self.acknowledgement(of: id), sending: message, within: seconds, written: written)
        guard let ack = ServerAck(node) else { throw ConnectionError.silent }
        return ack
    }

    private func answer(
        to name: String, sending node: Node, within seconds: Double, written: @Sendable () -> Void = {}
    ) async throws -> Node {
        guard !isClosed else { throw ConnectionError.closed }
        let bytes = try link.send(node)
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        written()
        let timer = Task { [weak self] in
            try await Task.sleep(for: .seconds(seconds))
            await self?.fail(name, ConnectionError.silent)
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { questions[name] = $0 }
        } onCancel: {
            Task { await self.fail(name, CancellationError()) }
        }
    }

    private func fail(_ name: String, _ error: any Error) {
        questions.removeValue(forKey: name)?.resume(throwing: error)
    }

    private func write(_ bytes: [UInt8]) async throws {
        guard !isClosed else { throw ConnectionError.closed }
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Nobody gets an answer any more.
    func close() {
        isClosed = true
        channel.close(promise: nil)
        for question in questions.values { question.resume(throwing: ConnectionError.closed) }
        questions = [:]
    }

    private static func acknowledgement(of id: String) -> String { "ack \(id)" }
}

enum ConnectionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The connection ended before the answer came.
    case closed
    /// No answer in time.
    case silent

    var description: String {
        switch self {
        case .closed: "the connection to WhatsApp ended"
        case .silent: "WhatsApp did not answer in time"
        }
    }
}
