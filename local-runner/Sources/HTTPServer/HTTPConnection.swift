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
    /// So often it is asked, after each of them, whether the client still reads.
    private static let farewells = 5

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
    /// Whose places and bytes are counted together.
    private(set) lazy var share = countedAddress(peer)

    nonisolated init(_ channel: any Channel, _ connections: OpenConnections, _ arrival: Arrival) {
        self.channel = channel
        self.connections = connections
        self.arrival = arrival
    }

    var limits: HTTPLimits { connections.limits }
    /// A request is being answered.
    var isBusy: Bool { current != nil }
    /// Whether what it holds can be given up: a request that still arrives, or that nobody has begun with.
    var canGiveWay: Bool { current.map { $0.withdraw != nil } ?? (held > 0 && !isEnding) }

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
    ///
    /// - Parameter isBare: nothing may follow its head.
    func finished(closes: Bool, isBare: Bool) {
        current = nil
        lastActivity = .now()
        letGo()
        if closes { return endAndClose(isBare: isBare) }
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

    private func endAndClose(isBare: Bool) {
        isEnding = true
        let promise = channel.eventLoop.makePromise(of: Void.self)
        // Of an empty piece the encoder makes nothing, and of an end the last chunk.
        channel.writeAndFlush(
            isBare ? HTTPServerResponsePart.body(.byteBuffer(ByteBuffer())) : .end(nil), promise: promise)
        let lingers = isRefused && !isInputClosed
        promise.futureResult.whenComplete { [channel] _ in
            lingers ? channel.close(mode: .output, promise: nil) : channel.close(promise: nil)
        }
        if isRefused { sayFarewell(Self.farewells) }
    }

    /// Counted from when the answer was written: whoever reads nothing has no say in when it leaves.
    private func sayFarewell(_ rounds: Int) {
        channel.eventLoop.scheduleTask(in: Self.farewell) { [weak self] in
            HostLoop.assumeIsolated {
                guard let self else { return }
                if rounds > 1, self.isReadSlowly() { self.sayFarewell(rounds - 1) } else { self.close() }
            }
        }
    }

    private func letGo() {
        connections.letGo(held, of: share)
        held = 0
    }

    /// What this request takes beside its body, until it is answered.
    func hold(_ bytes: Int) {
        held += bytes
        connections.hold(bytes, of: share)
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
        guard connections.isRoom(for: bytes.readableBytes, of: self) else { return refuse(.crowded) }
        hold(bytes.readableBytes)
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
        if isInputClosed { _ = exchange.withdraw?(.clientLeft) }
    }

    /// Others need the room that this request takes. False when it keeps it.
    func giveWay() -> Bool {
        if let current { return current.withdraw?(.crowded) ?? false }
        refuse(.crowded)
        return held == 0
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
        guard let current else { return closeIfDone() }
        if current.isEndless { return close() }
        _ = current.withdraw?(.clientLeft)
    }
}

extension Fault {
    fileprivate static let crowded = Fault.unavailable("There is no room for that body now; try again soon.")
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
