import Cryptography
import WhatsAppWire

/// A WhatsApp server to test clients against, with simulated phones, contacts and groups behind it. Loopback only.
///
///     let server = try await WhatsAppServer.start()
///     // point a client at server.url with server.rootKey, and when it shows a code:
///     let line = try await server.scan(text, as: "15550001111", name: "Corner Shop")
///     let ana = try await server.contact("15552223333", name: "Ana")
///     try await ana.send("Are you open?", to: line)
///     let reply = try await server.next(.message) { $0.person == ana.number }
///
/// Everything runs on one thread of its own (`ServerLoop`), whatever the number of servers.
@ServerLoop
package final class WhatsAppServer {
    let network: Network
    private let listener: Listener

    package nonisolated let port: Int
    /// For clients: `ws://127.0.0.1:<port>/ws/chat`, or `wss` with a certificate.
    package nonisolated let url: String
    /// The root public key that a client must trust, hexadecimal.
    package nonisolated let rootKey: String
    /// Where files go to and come from, without a trailing slash.
    package nonisolated let mediaURL: String

    package static func start(_ configuration: ServerConfiguration = ServerConfiguration()) async throws
        -> WhatsAppServer
    {
        let network = Network(configuration)
        let keys = try network.recall() ?? ServerKeys(using: &network.random)
        let chain = try keys.chain(now: configuration.now(), using: &network.random)
        let listener = try await Listener.bind(configuration, media: network.media) { socket in
            let link = ServerLink(
                staticKey: keys.server, certificateChain: chain, ephemeral: .generate(using: &network.random),
                frameLimit: configuration.frameLimit)
            return Connection(network: network, socket: socket, link: link)
        }
        network.mediaHost = "127.0.0.1:\(listener.port)"
        network.keys = keys
        network.save()
        return WhatsAppServer(network: network, rootKey: keys.root.publicKey, listener: listener)
    }

    private init(network: Network, rootKey: PublicKey, listener: Listener) {
        self.network = network
        self.listener = listener
        let isSecure = network.configuration.certificate != nil
        port = listener.port
        url = "\(isSecure ? "wss" : "ws")://127.0.0.1:\(listener.port)/ws/chat"
        mediaURL = "\(isSecure ? "https" : "http")://127.0.0.1:\(listener.port)"
        self.rootKey = rootKey.bytes.hex
    }

    /// Closes every connection. Streams of events end.
    package func stop() async {
        await listener.close()
        network.save()
        network.events.end()
    }

    // MARK: Looking

    /// Everything that happened after `sequence`, remembered and new, until the server stops.
    package func events(after sequence: Int = 0) -> AsyncStream<ServerEvent> {
        network.events.stream(after: sequence)
    }

    package func remembered(after sequence: Int = 0, limit: Int = 1_000) -> [ServerEvent] {
        network.events.entries(after: sequence, limit: limit)
    }

    /// The first event of a kind that fits, past or future.
    /// - Parameters:
    ///   - sequence: only what came after it.
    ///   - seconds: how long to wait.
    package func next(
        _ kind: ServerEvent.Kind, after sequence: Int = 0, within seconds: Double = 30,
        where fits: @escaping @Sendable (ServerEvent) -> Bool = { _ in true }
    ) async throws -> ServerEvent {
        let stream = network.events.stream(after: sequence)
        return try await withThrowingTaskGroup(of: ServerEvent?.self) { group in
            group.addTask { await stream.first { $0.kind == kind && fits($0) } }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let found = try await group.next() ?? nil else {
                throw ActionError("nothing of the kind \(kind.rawValue) happened within \(seconds) s")
            }
            return found
        }
    }

    /// The opened file of a message that a simulated device got.
    package func file(_ event: ServerEvent) -> [UInt8]? {
        network.files[event.sequence].flatMap(network.open)
    }

    /// Stanzas that a line has not acknowledged: 0 when nothing can be lost.
    package func unacknowledged(_ line: Line) -> Int {
        network.people[line.number]?.linked[line.device]?.queue.count ?? 0
    }

    /// How many connections are logged in.
    package var connected: Int {
        network.people.values.reduce(0) { $0 + $1.linked.values.count { $0.connection != nil } }
    }

    /// How many stanzas went that way so far, on all connections.
    package func stanzas(_ direction: Fault.Direction) -> Int {
        network.stanzas[direction, default: 0]
    }

    // MARK: Faults

    package func inject(_ fault: Fault) {
        network.inject(fault)
    }

    package func clearFaults() {
        network.faults.clear()
    }
}
