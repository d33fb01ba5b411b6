import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A WebSocket to a server on this machine: whole messages out, their bytes in.
struct ClientChannel: Sendable {
    let channel: any Channel
    /// The bytes of each message; ends with the connection.
    let messages: AsyncStream<[UInt8]>

    struct Refused: Error {}

    static func open(port: Int, path: String = "/ws/chat") async throws -> ClientChannel {
        let (messages, found) = AsyncStream.makeStream(of: [UInt8].self)
        let loop = NIOSingletons.posixEventLoopGroup.next()
        let upgraded = loop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOWebSocketClientUpgrader(maxFrameSize: 1 << 24) { channel, _ in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(Reader(found))
                        }
                    }
                    let starter = UpgradeStarter(path: path, refused: upgraded)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(
                        withClientUpgrade: (
                            upgraders: [upgrader],
                            completionHandler: { context in
                                upgraded.succeed()
                                context.pipeline.syncOperations.removeHandler(starter, promise: nil)
                            }
                        ))
                    try channel.pipeline.syncOperations.addHandler(starter)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await upgraded.futureResult.get()
        return ClientChannel(channel: channel, messages: messages)
    }

    /// Does not wait, so that what is written one after the other leaves one after the other.
    func write(_ bytes: [UInt8], opcode: WebSocketOpcode = .binary) {
        let frame = WebSocketFrame(
            fin: true, opcode: opcode, maskKey: .random(), data: ByteBuffer(bytes: bytes))
        channel.writeAndFlush(frame, promise: nil)
    }

    func close() async {
        try? await channel.close()
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        private let found: AsyncStream<[UInt8]>.Continuation

        init(_ found: AsyncStream<[UInt8]>.Continuation) {
            self.found = found
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            if frame.opcode == .binary { found.yield(Array(buffer: frame.unmaskedData)) }
            if frame.opcode == .connectionClose { context.close(promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { found.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private final class UpgradeStarter: ChannelInboundHandler, RemovableChannelHandler, Sendable {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart
        private let path: String
        private let refused: EventLoopPromise<Void>

        init(path: String, refused: EventLoopPromise<Void>) {
            self.path = path
            self.refused = refused
        }

        func channelActive(context: ChannelHandlerContext) {
            let headers: HTTPHeaders = [
                "host": "127.0.0.1", "origin": "https://web.whatsapp.com", "content-length": "0",
            ]
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            refused.fail(Refused())
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { refused.fail(Refused()) }
    }
}
