import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Addresses that a tenant may choose: `/zeros/<bytes>` gives a file of that size, `/missing/<bytes>` says in as many that there is none,
/// `/slow` takes the request and never answers.
final class FileServer: Sendable {
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let server: any Channel
    private let served: Served

    fileprivate final class Served: Sendable {
        let slow = Mutex(0)
    }

    static func with<Result: Sendable>(_ body: (FileServer) async throws -> Result) async throws -> Result {
        let server = try await FileServer()
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private init() async throws {
        let served = Served()
        self.served = served
        server = try await ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(FileRequests(served))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var address: String { "127.0.0.1:\(server.localAddress?.port ?? 0)" }
    var slow: String { "http://\(address)/slow" }
    /// Requests that were not answered.
    var waiting: Int { served.slow.withLock { $0 } }

    func file(_ bytes: Int) -> String { "http://\(address)/zeros/\(bytes)" }
    func missing(_ bytes: Int) -> String { "http://\(address)/missing/\(bytes)" }

    private func stop() async {
        try? await server.close().get()
        try? await loops.shutdownGracefully()
    }
}

private final class FileRequests: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let piece = 1 << 20

    private let served: FileServer.Served

    init(_ served: FileServer.Served) {
        self.served = served
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
        let words = head.uri.split(separator: "/")
        guard words.count == 2, let length = Int(words[1]) else {
            return served.slow.withLock { $0 += 1 }
        }
        let headers: HTTPHeaders = ["content-length": "\(length)", "content-type": "application/pdf"]
        context.write(
            Self.wrapOutboundOut(
                .head(.init(version: .http1_1, status: words[0] == "missing" ? .notFound : .ok, headers: headers))),
            promise: nil)
        send(length, context)
    }

    /// The next piece once the last one is with the socket.
    private func send(_ left: Int, _ context: ChannelHandlerContext) {
        guard left > 0 else { return context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil) }
        let count = min(left, Self.piece)
        let zeros = ByteBuffer(repeating: 0, count: count)
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.futureResult.whenSuccess { bound.value.0.send(left - count, bound.value.1) }
        context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(zeros))), promise: written)
    }
}
