import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Web

/// A path prefix that another process of this machine serves.
struct Forward: Sendable, Equatable {
    /// `/sandbox/` matches everything below it and `/sandbox` itself, as routes are matched: whoever serves it reads the path so too.
    /// `/api/v1/events/stream` matches that path only.
    var prefix: String
    var host: String
    var port: Int

    func matches(_ path: Substring) -> Bool {
        path == prefix
            || prefix.hasSuffix("/") && Route.parts(of: String(path)).starts(with: Route.parts(of: prefix))
    }
}

/// Passes a request on and streams the answer back. The slower side sets the pace.
@HostLoop
final class Forwarder {
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    /// Until an answer begins.
    private let patience: TimeAmount

    init(patience: TimeAmount) {
        self.patience = patience
    }

    /// - Parameters:
    ///   - whenDown: answers when nobody listens there; 502 by default.
    ///   - headers: what the answer's header fields become.
    func forward(
        _ exchange: HTTPExchange, to target: Forward, client: Client, whenDown: (@HostLoop () -> Void)? = nil,
        headers: @escaping @HostLoop ([(String, String)]) -> [(String, String)] = { $0 }
    ) {
        let head = request(exchange, target, client)
        let relay = ForwardRelay(exchange, patience: patience, headers: headers)
        ClientBootstrap(group: HostLoop.group)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(relay)
                }
            }
            .connect(host: target.host, port: target.port)
            .whenComplete { result in
                HostLoop.assumeIsolated {
                    switch result {
                    case .success(let channel): relay.send(head, exchange.body, on: channel)
                    case .failure: whenDown?() ?? exchange.refuse(.badGateway)
                    }
                }
            }
    }

    /// A HEAD is asked as a GET: what streams has no other way to say how it would begin.
    private func request(_ exchange: HTTPExchange, _ target: Forward, _ client: Client) -> HTTPRequestHead {
        var headers = HTTPHeaders()
        let named = Self.named(exchange.head.headers)
        for field in exchange.head.headers {
            let name = field.name.lowercased()
            guard !Self.hopByHop.contains(name), !named.contains(name), !client.replaces(name), name != "content-length"
            else { continue }
            headers.add(name: field.name, value: field.value)
        }
        headers.add(name: "x-forwarded-for", value: client.forwardedFor)
        headers.add(name: "x-forwarded-proto", value: client.proto)
        headers.add(name: "connection", value: "close")
        if exchange.body.readableBytes > 0 || exchange.head.method == .POST {
            headers.add(name: "content-length", value: String(exchange.body.readableBytes))
        }
        return HTTPRequestHead(
            version: .http1_1, method: exchange.head.method == .HEAD ? .GET : exchange.head.method,
            uri: exchange.head.uri, headers: headers)
    }

    static func answerHeaders(_ headers: HTTPHeaders) -> [(String, String)] {
        let named = named(headers)
        return headers.filter { !hopByHop.contains($0.name.lowercased()) && !named.contains($0.name.lowercased()) }
            .map { ($0.name, $0.value) }
    }

    /// Fields that are for this connection only, says whoever wrote them (RFC 9110, 7.6.1). What the message can't be without is
    /// none of them.
    private static func named(_ headers: HTTPHeaders) -> Set<String> {
        Set(headers[canonicalForm: "connection"].map { $0.lowercased() }).subtracting(endToEnd)
    }

    private static let endToEnd: Set<String> = ["authorization", "content-length", "content-type", "cookie", "host"]
}

/// The answering half of one forwarded request.
@HostLoop
private final class ForwardRelay: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let exchange: HTTPExchange
    private let patience: TimeAmount
    private let headers: @HostLoop ([(String, String)]) -> [(String, String)]
    private var isDone = false
    private var channel: (any Channel)?

    init(
        _ exchange: HTTPExchange, patience: TimeAmount,
        headers: @escaping @HostLoop ([(String, String)]) -> [(String, String)]
    ) {
        self.exchange = exchange
        self.patience = patience
        self.headers = headers
    }

    /// Nobody reads the rest.
    private func endEarly() {
        isDone = true
        channel?.close(promise: nil)
    }

    /// A client that has ended its own direction, or waits with nobody at the other end, is not noticed before it is answered.
    private func giveUpIfSilent() {
        guard !isDone, exchange.isWaiting else { return }
        exchange.refuse(.busy)
        endEarly()
    }

    func send(_ head: HTTPRequestHead, _ body: ByteBuffer, on channel: any Channel) {
        self.channel = channel
        // The client may have left while we connected.
        guard exchange.isWaiting else { return channel.close(promise: nil) }
        exchange.onAbandon = { channel.close(promise: nil) }
        channel.eventLoop.scheduleTask(in: patience) { HostLoop.assumeIsolated { self.giveUpIfSilent() } }
        exchange.onWritable = { isWritable in
            _ = channel.setOption(.autoRead, value: isWritable)
            if isWritable { channel.read() }
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if body.readableBytes > 0 { channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil) }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        HostLoop.assumeIsolated { receive(part) }
        if case .end = part { context.close(promise: nil) }
    }

    nonisolated func channelInactive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated { ended() }
    }

    nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func receive(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head):
            guard head.status.code >= 200, !isDone else { return }
            exchange.begin(head.status, HTTPHeaders(headers(Forwarder.answerHeaders(head.headers))))
            if exchange.head.method == .HEAD { endEarly() }
        case .body(let bytes): exchange.send(bytes)
        case .end where isDone: return
        case .end:
            isDone = true
            exchange.end()
        }
    }

    private func ended() {
        guard !isDone else { return }
        isDone = true
        if exchange.isWaiting {
            exchange.refuse(.badGateway)
        } else {
            exchange.abort()
        }
    }
}
