/// A client's connection from the first byte on: frames, handshake and nodes in one. Holds no socket: bytes go in with
/// `received`, come out of `open` and `send`.
///
///     var link = ClientLink(identity: identity, ephemeral: ephemeral)
///     socket.write(try link.open())
///     for chunk in socket { link.received(chunk); while let event = try link.next(now: now) { ... } }
///
/// Events come one at a time, so that a stanza before a damaged frame is still delivered. After an error the link is dead.
package struct ClientLink: Sendable {
    package enum Event: Sendable, Equatable {
        /// Write these bytes; the handshake is then complete and `send` may be used.
        case established(send: [UInt8])
        case node(Node)
    }

    private enum State: Sendable {
        case connecting(ClientHandshake.AwaitingServerHello)
        case open(Transport)
        case failed
    }

    private var state: State
    private var frames: FrameReader
    private let identity: ClientHandshake.Identity
    private let opening: [UInt8]

    /// - Parameters:
    ///   - ephemeral: a fresh pair per connection.
    ///   - routing: the stored edge-routing bytes, empty if none.
    package init(
        identity: ClientHandshake.Identity, ephemeral: KeyPair, routing: [UInt8] = [],
        frameLimit: Int = FrameReader.maximumLength
    ) throws {
        let (state, message) = ClientHandshake.start(ephemeral: ephemeral)
        self.state = .connecting(state)
        self.identity = identity
        frames = FrameReader(limit: frameLimit)
        opening = Intro.opening(routing: routing) + (try FrameWriter.frame(message))
    }

    /// What to write as soon as the socket is open.
    package func open() -> [UInt8] { opening }

    package mutating func received(_ bytes: some Sequence<UInt8>) {
        frames.append(bytes)
    }

    /// - Parameter now: seconds since 1970, for the certificates.
    package mutating func next(now: Int64) throws -> Event? {
        guard let frame = try frames.next() else { return nil }
        let current = state
        state = .failed
        switch current {
        case .connecting(let handshake):
            let (transport, message) = try handshake.receive(frame, identity: identity, now: now)
            state = .open(transport)
            return .established(send: try FrameWriter.frame(message))
        case .open(var transport):
            let plain = try transport.open(frame)
            state = .open(transport)
            return .node(try NodeReader.decode(plain))
        case .failed: throw LinkError.failed
        }
    }

    /// The bytes to write for a stanza.
    package mutating func send(_ node: Node) throws -> [UInt8] {
        guard case .open(var transport) = state else { throw LinkError.notOpen }
        let plain = try NodeWriter.encode(node)
        let sealed = try transport.seal(plain)
        state = .open(transport)
        return try FrameWriter.frame(sealed)
    }
}

package enum LinkError: Error, Equatable {
    /// The handshake is not complete.
    case notOpen
    /// An earlier error ended this link.
    case failed
}
