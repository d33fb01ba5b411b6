package import NIOCore

/// TLS between a socket and whoever speaks over it, on libssl: first in a pipeline.
///
/// What is written before the handshake is done waits, at most `most` bytes. The other side's end is passed on only after its
/// close_notify; without it the error `TLSError.truncated` comes first. After an error the connection closes. It has no time-out of
/// its own (whoever opens a connection bounds how long that takes), and closes both directions at once.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum State { case shakingHands, open, ended }

    /// Bytes that may wait for the handshake.
    package static let most = 1 << 20
    /// Bytes of answers to the other side's wishes (key updates) that may wait for it to read.
    private static let mostAnswers = 1 << 16
    /// Plain bytes of one TLS record at most (RFC 8446, section 5.1).
    private static let record = 1 << 14

    private let engine: TLSEngine
    private var state = State.shakingHands
    private var early: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var earlyBytes = 0
    private var answerBytes = 0

    /// - Parameter host: whom the server's certificate must name; of no use to a server.
    package init(_ context: TLSContext, host: String = "") throws {
        engine = try TLSEngine(context, host: host)
    }

    // MARK: Inbound

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { shakeHands(context) }
    }

    /// Also when there never was a connection: nobody may wait for ever.
    package func handlerRemoved(context: ChannelHandlerContext) { end() }

    package func channelActive(context: ChannelHandlerContext) {
        shakeHands(context)
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .ended else { return }
        do {
            try unwrapInboundIn(data).withUnsafeReadableBytes { try engine.receive($0) }
        } catch {
            return fail(context, error)
        }
        shakeHands(context)
        while state == .open, engine.hasInput, readRecord(context) {}
    }

    package func channelInactive(context: ChannelHandlerContext) {
        fail(context, TLSError.truncated)
        context.fireChannelInactive()
    }

    /// - Returns: whether there may be more.
    private func readRecord(_ context: ChannelHandlerContext) -> Bool {
        do {
            var plain = context.channel.allocator.buffer(capacity: Self.record)
            var reading = TLSEngine.Reading.nothing
            try plain.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.record) { buffer in
                reading = try engine.read(into: buffer)
                return if case .bytes(let count) = reading { count } else { 0 }
            }
            try answer(context)
            switch reading {
            case .bytes:
                context.fireChannelRead(wrapInboundOut(plain))
                return true
            case .nothing:
                return false
            case .end:
                close(context: context, mode: .all, promise: nil)
                return false
            }
        } catch {
            fail(context, error)
            return false
        }
    }

    /// The answer to a key update, or to a wish to negotiate anew.
    private func answer(_ context: ChannelHandlerContext) throws {
        guard engine.waiting > 0 else { return }
        answerBytes = context.channel.isWritable ? 0 : answerBytes + engine.waiting
        guard answerBytes <= Self.mostAnswers else {
            throw TLSError.refused("the other side asks and does not read")
        }
        send(context, nil)
        context.flush()
    }

    // MARK: Outbound

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        switch state {
        case .ended: promise?.fail(ChannelError.ioOnClosedChannel)
        case .open: encrypt(context, bytes, promise)
        case .shakingHands:
            early.append((bytes, promise))
            earlyBytes += bytes.readableBytes
            if earlyBytes > Self.most {
                fail(context, TLSError.refused("too much was said before the handshake was done"))
            }
        }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else {
            promise?.fail(ChannelError.operationUnsupported)
            return
        }
        if state == .open {
            engine.end()
            send(context, nil)
            context.flush()
        }
        end()
        context.close(promise: promise)
    }

    private func shakeHands(_ context: ChannelHandlerContext) {
        guard state == .shakingHands else { return }
        do {
            let isDone = try engine.shakeHands()
            send(context, nil)
            if isDone { open(context) }
            context.flush()
        } catch {
            fail(context, error)
        }
    }

    private func open(_ context: ChannelHandlerContext) {
        state = .open
        let waiting = early
        (early, earlyBytes) = ([], 0)
        for (bytes, promise) in waiting { encrypt(context, bytes, promise) }
    }

    private func encrypt(_ context: ChannelHandlerContext, _ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        guard state == .open else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        // Record by record: what is large would stay in OpenSSL's buffer for as long as the connection.
        var rest = bytes
        do {
            repeat {
                let part = rest.readSlice(length: min(rest.readableBytes, Self.record)) ?? ByteBuffer()
                try part.withUnsafeReadableBytes { try engine.write($0) }
                send(context, rest.readableBytes == 0 ? promise : nil)
            } while rest.readableBytes > 0
        } catch {
            promise?.fail(error)
            fail(context, error)
        }
    }

    /// Hands on what the engine has for the network.
    /// - Parameter promise: kept when that has left.
    private func send(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let count = engine.waiting
        guard count > 0 else {
            promise?.succeed()
            return
        }
        var bytes = context.channel.allocator.buffer(capacity: count)
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { engine.take(into: $0) }
        context.write(wrapOutboundOut(bytes), promise: promise)
    }

    // MARK: The end

    private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
        guard state != .ended else { return }
        end()
        // The alert that says why.
        send(context, nil)
        context.flush()
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func end() {
        state = .ended
        let waiting = early
        (early, earlyBytes) = ([], 0)
        for (_, promise) in waiting { promise?.fail(ChannelError.ioOnClosedChannel) }
    }
}
