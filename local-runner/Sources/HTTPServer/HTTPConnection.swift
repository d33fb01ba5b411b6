import NIOCore
import NIOHTTP1
import Web

/// Collects one request at a time and hands it out as an exchange. The pipelining handler in front of it holds back the
/// next request until this one is answered.
@HostLoop
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// Seconds in which a refused client may read why, while what it still sends is thrown away: a socket that is closed with
    /// unread data takes the answer back (RFC 9112, 9.6).
    private static let farewell = TimeAmount.seconds(2)

    nonisolated let channel: any Channel
    private let connections: OpenConnections
    private let arrival: Arrival
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    /// Bytes of the body of the request that arrives or is being answered.
    private(set) var held = 0
    /// Answered before it had arrived.
    private var isRefused = false
    private(set) var current: HTTPExchange?
    /// While what has arrived is worked on, answers are collected: two of them then leave in one write.
    private var isReading = false
    private var owesFlush = false
    /// The end of an answer that has not left yet: until then the next request is held back, so that whoever asks and does not
    /// read costs one answer.
    private var owesEnd = false
    /// The last answer of this connection has been given; whatever comes is thrown away.
    private var isEnding = false
    private(set) var isInputClosed = false
    private(set) var lastActivity = NIODeadline.now()
    private var hasAsked = false
    /// Bytes of answers that had not left when they were last looked at.
    private var unsent = 0
    /// The other end's address as text, for as long as the connection lives.
    private(set) lazy var peer = channel.remoteAddress?.ipAddress ?? "127.0.0.1"

    nonisolated init(_ channel: any Channel, _ connections: OpenConnections, _ arrival: Arrival) {
        self.channel = channel
        self.connections = connections
        self.arrival = arrival
    }

    var limits: HTTPLimits { connections.limits }
    /// A request is being answered.
    var isBusy: Bool { current != nil }

    func close() {
        channel.close(promise: nil)
    }

    // MARK: Time

    func closeIfStale(now: NIODeadline) {
        guard current == nil else { return }
        let quiet = Double((now - lastActivity).nanoseconds) / 1e9
        closeIfDone()
        if head != nil, quiet > limits.arrival { return close() }
        if !hasAsked, limits.idle != nil, quiet > limits.head { return close() }
        if let idle = limits.idle, head == nil, quiet > idle, !isReadSlowly() { close() }
    }

    private var unsentNow: Int { (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// Whether an answer is still under way, and part of it has left since the last look.
    private func isReadSlowly() -> Bool {
        let before = unsent
        unsent = unsentNow
        return unsent > 0 && unsent != before
    }

    // MARK: Answers

    /// Sends what was written, now or when everything that has arrived is worked on.
    func flush() {
        owesFlush = isReading
        if !isReading { channel.flush() }
    }

    /// Called by the exchange when its answer is complete. It is forgotten first: writing the end of its answer lets the next
    /// request in, if that has arrived already.
    func finished(closes: Bool) {
        current = nil
        lastActivity = .now()
        letGo()
        if closes { return endAndClose() }
        guard limits.pipelining, !channel.isWritable else { return end() }
        owesEnd = true
        flush()
    }

    private func end() {
        owesEnd = false
        channel.write(HTTPServerResponsePart.end(nil), promise: nil)
        flush()
        closeIfDone()
    }

    /// Whoever sends no more and has all answers is gone.
    private func closeIfDone() {
        if isInputClosed, current == nil, head == nil, !owesEnd, unsentNow == 0 { close() }
    }

    private func endAndClose() {
        isEnding = true
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: promise)
        let farewell = isRefused && !isInputClosed ? Self.farewell : nil
        promise.futureResult.whenComplete { [channel] _ in
            guard let farewell else { return channel.close(promise: nil) }
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.scheduleTask(in: farewell) { channel.close(promise: nil) }
        }
    }

    private func letGo() {
        connections.letGo(held)
        held = 0
    }

    // MARK: Requests

    private func receive(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes): append(bytes)
        case .end(let trailers): end(trailers)
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        // Nobody holds the next request back where pipelining is not expected: whoever does it anyway is cut off.
        if isEnding { return }
        guard current == nil else { return close() }
        lastActivity = .now()
        hasAsked = true
        arrival.headArrived()
        self.head = head
        body.clear()
        do throws(Fault) {
            self.head = try RequestRules(limits: limits).checked(head)
        } catch {
            return refuse(error)
        }
        // HTTP/1.0 knows no interim answers (RFC 9110, section 10.1.1).
        if head.version == .http1_1, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            channel.writeAndFlush(
                HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .continue)), promise: nil)
        }
    }

    private func append(_ bytes: ByteBuffer) {
        guard !isEnding else { return }
        guard body.readableBytes + bytes.readableBytes <= limits.body else { return refuse(.tooLarge) }
        guard connections.isRoom(for: bytes.readableBytes, of: self) else { return giveUp() }
        held += bytes.readableBytes
        connections.hold(bytes.readableBytes)
        if body.readableBytes == 0 {
            body = bytes
        } else {
            body.writeImmutableBuffer(bytes)
        }
    }

    private func end(_ trailers: HTTPHeaders?) {
        guard let head, !isEnding else { return }
        self.head = nil
        let exchange = HTTPExchange(self, head: head, body: body, trailers: trailers)
        // The parser reads nothing behind an upgrade that was asked for, and none is offered.
        if head.headers.contains(name: "upgrade") { exchange.closes = true }
        body = ByteBuffer()
        current = exchange
        connections.serve(exchange)
    }

    /// Others need the room that this request takes.
    func giveUp() {
        refuse(.unavailable("There is no room for that body now; try again soon."))
    }

    /// What the parser can't read is answered once, and the connection ends: nobody knows where the next request begins.
    private func refuse(unreadable error: any Error) {
        let isOurs = error is HTTPParserError || error is EndlessRequest
        if isEnding { return }
        guard isOurs, current == nil, limits.pipelining else { return close() }
        refuse(arrival.fault(for: error, inHead: head == nil))
    }

    /// Answers before the request has arrived, and closes: reading the rest would be the client's gain only.
    private func refuse(_ fault: Fault) {
        guard !isEnding, current == nil else { return }
        isRefused = true
        body = ByteBuffer()
        let unread = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        let exchange = HTTPExchange(self, head: head ?? unread, body: ByteBuffer())
        exchange.closes = true
        current = exchange
        exchange.refuse(fault)
    }

    /// The client sends no more. What it has asked for it still gets; an answer without an end has nobody who ends it.
    private func inputClosed() {
        isInputClosed = true
        if let current { return current.isEndless ? close() : () }
        closeIfDone()
    }
}

// MARK: What the channel says

extension HTTPConnection {
    nonisolated func channelActive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated { if !connections.enter(self) { close() } }
    }

    nonisolated func channelInactive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated {
            connections.leave(self)
            letGo()
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
            closeIfDone()
        }
        context.fireChannelReadComplete()
    }

    nonisolated func channelWritabilityChanged(context: ChannelHandlerContext) {
        let writable = context.channel.isWritable
        HostLoop.assumeIsolated {
            if owesEnd, writable { end() }
            current?.onWritable?(writable)
        }
    }

    nonisolated func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
        HostLoop.assumeIsolated { inputClosed() }
    }

    nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
        HostLoop.assumeIsolated { refuse(unreadable: error) }
    }
}
