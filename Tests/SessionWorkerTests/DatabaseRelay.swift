import Foundation
import NIOCore
import NIOPosix
import Support
import Synchronization

/// A worker's only road to its database. It can be closed as when Postgres is stopped, held as when the network swallows
/// everything, and it can lose one statement or its answer.
final class DatabaseRelay: Sendable {
    enum Loss: Sendable {
        /// Postgres never hears of it.
        case statement
        /// Postgres has done it.
        case answer
    }

    private struct State {
        var server: (any Channel)?
        var pairs: [ObjectIdentifier: any Channel] = [:]
        var isHeld = false
        var armed: (text: [UInt8], loss: Loss)?
        var lost = 0
    }

    private let state = Mutex(State())
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let socket: String
    private let port: Int

    /// - Parameter url: of a database behind a socket in a folder.
    static func with<Result: Sendable>(
        _ url: String, _ body: (DatabaseRelay, _ url: String) async throws -> Result
    ) async throws -> Result {
        guard let question = url.firstIndex(of: "?"), let folder = url.split(separator: "=").last else {
            throw TestSetupError("no socket in \(url)")
        }
        let relay = DatabaseRelay(socket: "\(folder)/.s.PGSQL.5432", port: Int(try TestSocket.freePort()))
        try await relay.open()
        do {
            let result = try await body(relay, "\(url[..<question])?host=127.0.0.1&port=\(relay.port)")
            await relay.stop()
            return result
        } catch {
            await relay.stop()
            throw error
        }
    }

    private init(socket: String, port: Int) {
        self.socket = socket
        self.port = port
    }

    // MARK: What goes wrong

    /// As when Postgres is stopped: connections end, new ones are refused.
    func close() async {
        let (server, pairs) = state.withLock { state in
            defer { (state.server, state.pairs) = (nil, [:]) }
            return (state.server, Array(state.pairs.values))
        }
        try? await server?.close().get()
        for channel in pairs { channel.close(promise: nil) }
    }

    func open() async throws {
        let server = try await ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { self.accept($0) }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { $0.server = server }
    }

    /// As when the network swallows everything: connections stay, new ones are taken, nobody says a word.
    func hold() { setHeld(true) }
    func letGo() { setHeld(false) }

    private func setHeld(_ isHeld: Bool) {
        let pairs = state.withLock { state in
            state.isHeld = isHeld
            return Array(state.pairs.values)
        }
        for channel in pairs { _ = channel.setOption(.autoRead, value: !isHeld) }
    }

    /// The next statement that names this text, on a connection that has not prepared it, is lost with its connection.
    func lose(_ loss: Loss, of text: String) {
        state.withLock { $0.armed = (Array(text.utf8), loss) }
    }

    var lost: Int { state.withLock { $0.lost } }

    // MARK: Connections

    private func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        let toClient = Relayed(partner: client)
        let isHeld = state.withLock { $0.isHeld }
        return ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: !isHeld)
            .channelInitializer { upstream in
                upstream.eventLoop.makeCompletedFuture { try upstream.pipeline.syncOperations.addHandler(toClient) }
            }
            .connect(unixDomainSocketPath: socket)
            .flatMapThrowing { upstream in
                let toServer = Relayed(partner: upstream) { bytes in self.strike(bytes, toClient) }
                try client.pipeline.syncOperations.addHandler(toServer)
                self.keep([client, upstream])
                _ = client.setOption(.autoRead, value: !isHeld)
            }
    }

    private func keep(_ channels: [any Channel]) {
        for channel in channels {
            let name = ObjectIdentifier(channel)
            state.withLock { $0.pairs[name] = channel }
            channel.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.pairs.removeValue(forKey: name) } }
        }
    }

    /// - Returns: whether the bytes go on.
    private func strike(_ bytes: ByteBuffer, _ answers: Relayed) -> Bool {
        let loss = state.withLock { state -> Loss? in
            guard let armed = state.armed, Data(bytes.readableBytesView).range(of: Data(armed.text)) != nil else {
                return nil
            }
            state.armed = nil
            state.lost += 1
            return armed.loss
        }
        guard let loss else { return true }
        answers.swallow()
        return loss == .answer
    }

    private func stop() async {
        await close()
        try? await loops.shutdownGracefully()
    }
}

/// Hands what one side says to the other.
private final class Relayed: ChannelInboundHandler, @unchecked Sendable {  // Both sides are on one event loop.
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let partner: any Channel
    private let goesOn: (ByteBuffer) -> Bool
    private var isSwallowing = false

    init(partner: any Channel, goesOn: @escaping (ByteBuffer) -> Bool = { _ in true }) {
        self.partner = partner
        self.goesOn = goesOn
    }

    /// Nothing is handed on any more; the partner's connection ends soon.
    func swallow() {
        isSwallowing = true
        let partner = partner
        partner.eventLoop.scheduleTask(in: .milliseconds(200)) { partner.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        guard !isSwallowing, goesOn(bytes) else { return }
        partner.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        partner.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
