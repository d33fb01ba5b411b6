import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix

/// One HTTP request to a port of this machine, for the subcommands.
struct LocalRequest: Sendable {
    var method: HTTPMethod = .POST
    var path: String
    var headers: [(String, String)] = []
    var body = ByteBuffer()

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: ByteBuffer
    }

    /// Bytes of an answer that are kept.
    private static let limit = 16 << 20

    func send(port: Int) async throws -> Answer {
        let promise = HostLoop.loop.makePromise(of: Answer.self)
        let collector = Collector(promise)
        let channel = try await ClientBootstrap(group: HostLoop.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(collector)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        var fields = HTTPHeaders(headers)
        fields.add(name: "host", value: "127.0.0.1:\(port)")
        fields.add(name: "content-length", value: String(body.readableBytes))
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: fields)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let answer = try await promise.futureResult.get()
        channel.close(promise: nil)
        return answer
    }

    @HostLoop
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart

        private let promise: EventLoopPromise<Answer>
        private var answer: Answer?

        nonisolated init(_ promise: EventLoopPromise<Answer>) {
            self.promise = promise
        }

        nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = Self.unwrapInboundIn(data)
            HostLoop.assumeIsolated { receive(part) }
        }

        nonisolated func channelInactive(context: ChannelHandlerContext) {
            promise.fail(ChannelError.eof)
        }

        nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
            promise.fail(error)
            context.close(promise: nil)
        }

        private func receive(_ part: HTTPClientResponsePart) {
            switch part {
            case .head(let head):
                answer = Answer(status: Int(head.status.code), headers: head.headers, body: ByteBuffer())
            case .body(let bytes):
                guard let size = answer?.body.readableBytes, size + bytes.readableBytes <= LocalRequest.limit else {
                    return promise.fail(ChannelError.inappropriateOperationForState)
                }
                answer?.body.writeImmutableBuffer(bytes)
            case .end:
                if let answer { promise.succeed(answer) }
            }
        }
    }
}
