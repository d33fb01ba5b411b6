import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import TLS

/// One loopback port: WebSockets for clients, plain requests for their files.
@ServerLoop
final class Listener {
    private static let maximumConnections = 4096
    /// A connection for files that nobody uses is closed.
    private nonisolated static let idle = TimeAmount.seconds(60)
    private nonisolated static let idleHandler = "idle"

    let port: Int
    private let channel: any Channel
    private let sockets: Sockets

    /// The sockets that are open.
    @ServerLoop
    final class Sockets {
        var open: [ObjectIdentifier: ClientSocket] = [:]
        var isFull: Bool { open.count >= Listener.maximumConnections }
    }

    static func bind(
        _ configuration: ServerConfiguration, media: MediaStore,
        open: @escaping @ServerLoop @Sendable (ClientSocket) -> Connection
    ) async throws -> Listener {
        let sockets = Sockets()
        let security = try configuration.certificate.map {
            try TLSContext.server(chain: $0.chainFile, key: $0.keyFile)
        }
        let limit = configuration.frameLimit + 1024
        let channel = try await ServerBootstrap(group: ServerLoop.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(TLSHandler(security)) }
                    try addHTTP(to: channel, limit: limit, media: media, sockets: sockets, open: open)
                }
            }
            .bind(host: "127.0.0.1", port: configuration.port).get()
        return Listener(channel: channel, sockets: sockets)
    }

    private init(channel: any Channel, sockets: Sockets) {
        self.channel = channel
        self.sockets = sockets
        port = channel.localAddress?.port ?? 0
    }

    func close() async {
        try? await channel.close().get()
        for socket in sockets.open.values { socket.close() }
    }

    /// A request to upgrade on `.../ws/chat` becomes a client's socket, everything else is about files.
    private nonisolated static func addHTTP(
        to channel: any Channel, limit: Int, media: MediaStore, sockets: Sockets,
        open: @escaping @ServerLoop @Sendable (ClientSocket) -> Connection
    ) throws {
        let requests = MediaRequests(channel, media: media)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: limit,
            shouldUpgrade: { channel, head in
                let isOurs = head.uri.prefix { $0 != "?" }.hasSuffix("/ws/chat")
                let mayEnter = isOurs && !ServerLoop.assumeIsolated { sockets.isFull }
                return channel.eventLoop.makeSucceededFuture(mayEnter ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ClientSocket(channel, sockets: sockets, open: open))
                }
            })
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(requests, promise: nil)
                    context.pipeline.syncOperations.removeHandler(name: idleHandler, promise: nil)
                }
            ))
        try pipeline.addHandler(IdleStateHandler(allTimeout: idle), name: idleHandler)
        try pipeline.addHandler(requests)
    }
}
