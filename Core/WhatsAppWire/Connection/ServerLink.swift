/// The server's end of a connection, for a server of our own. The counterpart of `ClientLink`.
package struct ServerLink: Sendable {
    package enum Event: Sendable, Equatable {
        /// Write these bytes: the answer to the client's hello.
        case reply([UInt8])
        /// The handshake is complete. The key authenticates a paired client.
        case accepted(clientKey: PublicKey, payload: ClientPayload)
        case node(Node)
    }

    private enum State: Sendable {
        case awaitingIntro(ServerHandshake.AwaitingClientHello)
        case awaitingHello(ServerHandshake.AwaitingClientHello)
        case awaitingFinish(ServerHandshake.AwaitingClientFinish)
        case open(Transport)
        case failed
    }

    private var state: State
    private var frames: FrameReader
    private var intro: [UInt8] = []
    private let ephemeral: KeyPair
    /// What the client sent as edge routing.
    package private(set) var routing: [UInt8] = []

    package init(
        staticKey: KeyPair, certificateChain: [UInt8], ephemeral: KeyPair,
        frameLimit: Int = FrameReader.maximumLength
    ) {
        state = .awaitingIntro(.init(staticKey: staticKey, certificateChain: certificateChain))
        frames = FrameReader(limit: frameLimit)
        self.ephemeral = ephemeral
    }

    package mutating func received(_ bytes: some Sequence<UInt8>) {
        if case .awaitingIntro = state { intro.append(contentsOf: bytes) } else { frames.append(bytes) }
    }

    package mutating func next() throws -> Event? {
        if case .awaitingIntro(let handshake) = state {
            guard let routing = try Intro.strip(&intro) else { return nil }
            self.routing = routing
            frames.append(intro)
            intro = []
            state = .awaitingHello(handshake)
        }
        guard let frame = try frames.next() else { return nil }
        return try advance(frame)
    }

    private mutating func advance(_ frame: [UInt8]) throws -> Event {
        let current = state
        state = .failed
        switch current {
        case .awaitingHello(let handshake):
            let (next, message) = try handshake.receive(frame, ephemeral: ephemeral)
            state = .awaitingFinish(next)
            return .reply(try FrameWriter.frame(message))
        case .awaitingFinish(let handshake):
            let accepted = try handshake.receive(frame)
            let payload = try ClientPayload(accepted.payload)
            state = .open(accepted.transport)
            return .accepted(clientKey: accepted.clientKey, payload: payload)
        case .open(var transport):
            let plain = try transport.open(frame)
            state = .open(transport)
            return .node(try NodeReader.decode(plain))
        case .awaitingIntro, .failed: throw LinkError.failed
        }
    }

    package mutating func send(_ node: Node, compressed: Bool = false) throws -> [UInt8] {
        guard case .open(var transport) = state else { throw LinkError.notOpen }
        let plain = compressed ? try NodeWriter.encodeCompressed(node) : try NodeWriter.encode(node)
        let sealed = try transport.seal(plain)
        state = .open(transport)
        return try FrameWriter.frame(sealed)
    }
}
