import NIOCore
import NIOHTTP1

/// Collects one request at a time and hands it out as an exchange. The pipelining handler in front of it holds back the
/// next request until this one is answered.
@HostLoop
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    nonisolated let channel: any Channel
    private let connections: HTTPListener.Connections
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    /// Set while the rest of a refused request is thrown away.
    private var isRefused = false
    private(set) var current: HTTPExchange?
    /// While what has arrived is worked on, answers are collected: two of them then leave in one write.
    private var isReading = false
    private var owesFlush = false
    private var lastActivity = NIODeadline.now()
    /// Bytes of answers that had not left when they were last looked at.
    private var unsent = 0
    /// The other end's address as text, for as long as the connection lives.
    private(set) lazy var peer = channel.remoteAddress?.ipAddress ?? "127.0.0.1"

    nonisolated init(_ channel: any Channel, _ connections: HTTPListener.Connections) {
        self.channel = channel
        self.connections = connections
    }

    nonisolated func channelActive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated {
            guard connections.open.count < connections.limits.connections else { return close() }
            connections.open[ObjectIdentifier(self)] = self
        }
    }

    nonisolated func channelInactive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated {
            connections.open[ObjectIdentifier(self)] = nil
            current?.abandon()
            current = nil
        }
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        HostLoop.assumeIsolated {
            isReading = true
            receive(part)
        }
    }

    nonisolated func channelReadComplete(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated {
            isReading = false
            if owesFlush { flush() }
        }
        context.fireChannelReadComplete()
    }

    nonisolated func channelWritabilityChanged(context: ChannelHandlerContext) {
        let writable = context.channel.isWritable
        HostLoop.assumeIsolated { current?.onWritable?(writable) }
    }

    nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
        HostLoop.assumeIsolated { refuse(unreadable: error) }
    }

    func close() {
        channel.close(promise: nil)
    }

    func closeIfStale(now: NIODeadline) {
        let quiet = Double((now - lastActivity).nanoseconds) / 1e9
        if current != nil { return }
        if head != nil, quiet > connections.limits.arrival { return close() }
        if let idle = connections.limits.idle, head == nil, quiet > idle, !isReadSlowly() { close() }
    }

    /// Whether an answer is still under way, and part of it has left since the last look.
    private func isReadSlowly() -> Bool {
        let before = unsent
        unsent = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        return unsent > 0 && unsent != before
    }

    /// Sends what was written, now or when everything that has arrived is worked on.
    func flush() {
        owesFlush = isReading
        if !isReading { channel.flush() }
    }

    /// Called by the exchange when its answer is complete.
    func finished() {
        current = nil
        lastActivity = .now()
    }

    private func receive(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes): append(bytes)
        case .end(let trailers): end(trailers)
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        // Nobody holds the next request back where pipelining is not expected: whoever does it anyway is cut off.
        guard current == nil else { return close() }
        lastActivity = .now()
        self.head = head
        body.clear()
        let size = head.headers.reduce(head.uri.utf8.count + 16) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        if size > connections.limits.header {
            return refuse(.requestHeaderFieldsTooLarge, #"{"message":"Request Header Fields Too Large"}"#)
        }
        // RFC 9112, section 3.2.
        if head.version == .http1_1, head.headers["host"].count != 1 {
            return refuse(.badRequest, #"{"message":"Bad Request"}"#)
        }
        if let length = head.headers.first(name: "content-length").flatMap(Int.init), length > connections.limits.body {
            return refuse(.payloadTooLarge, #"{"message":"Request Entity Too Large"}"#)
        }
        // HTTP/1.0 knows no interim answers (RFC 9110, section 10.1.1).
        if head.version == .http1_1, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            channel.writeAndFlush(
                HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .continue)), promise: nil)
        }
    }

    private func append(_ bytes: ByteBuffer) {
        guard !isRefused else { return }
        guard body.readableBytes + bytes.readableBytes <= connections.limits.body else {
            return refuse(.payloadTooLarge, #"{"message":"Request Entity Too Large"}"#)
        }
        if body.readableBytes == 0 {
            body = bytes
        } else {
            body.writeImmutableBuffer(bytes)
        }
    }

    private func end(_ trailers: HTTPHeaders?) {
        guard let head, !isRefused else { return }
        self.head = nil
        let exchange = HTTPExchange(self, head: head, body: body, trailers: trailers)
        body = ByteBuffer()
        current = exchange
        connections.serve(exchange)
    }

    /// What the parser can't read is answered once, and the connection ends: nobody knows where the next request begins.
    private func refuse(unreadable error: any Error) {
        guard let error = error as? HTTPParserError, current == nil, !isRefused, connections.limits.pipelining else {
            return close()
        }
        isRefused = true
        let isTooLong = if case .headerOverflow = error { true } else { false }
        let status: HTTPResponseStatus = isTooLong ? .requestHeaderFieldsTooLarge : .badRequest
        let body = ByteBuffer(
            string: #"{"message":"\#(isTooLong ? "Request Header Fields Too Large" : "Bad Request")"}"#)
        let headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": String(body.readableBytes), "connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { [channel] _ in channel.close(promise: nil)
        }
    }

    /// Answers before the request has arrived, and closes: reading the rest would be the client's gain only.
    private func refuse(_ status: HTTPResponseStatus, _ message: String) {
        guard let head, !isRefused else { return }
        isRefused = true
        let exchange = HTTPExchange(self, head: head, body: ByteBuffer())
        exchange.closes = true
        current = exchange
        exchange.answer(status, json: message)
    }
}
