import HTTPServer
import NIOCore

/// Splits a pipe into lines. A line longer than the limit is cut into several.
@HostLoop
final class LineReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Bytes; Lambda cuts log lines at 256 KB.
    static let longestLine = 256 << 10

    private let onLine: @HostLoop (ByteBuffer) -> Void
    private var pending = ByteBuffer()
    private var isClosed = false
    private var channel: (any Channel)?
    private var onDrained: (@HostLoop () -> Void)?

    nonisolated init(onLine: @escaping @HostLoop (ByteBuffer) -> Void) {
        self.onLine = onLine
    }

    /// Calls back when everything written before now has been read.
    func drain(_ done: @escaping @HostLoop () -> Void) {
        if isClosed { return done() }
        onDrained = done
        // The pipe's end normally arrives at once; a grandchild that keeps it open must not delay the news.
        HostLoop.loop.scheduleTask(in: .milliseconds(100)) { HostLoop.assumeIsolated { self.finish() } }
    }

    nonisolated func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        HostLoop.assumeIsolated { self.channel = channel }
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        HostLoop.assumeIsolated { append(bytes) }
    }

    nonisolated func channelInactive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated {
            isClosed = true
            finish()
        }
    }

    nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func append(_ bytes: ByteBuffer) {
        pending.writeImmutableBuffer(bytes)
        while let end = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let length = end - pending.readerIndex
            if let line = pending.readSlice(length: length) { onLine(line) }
            pending.moveReaderIndex(forwardBy: 1)
        }
        while pending.readableBytes > Self.longestLine, let line = pending.readSlice(length: Self.longestLine) {
            onLine(line)
        }
        pending.discardReadBytes()
    }

    private func finish() {
        if pending.readableBytes > 0 { onLine(pending) }
        pending.clear()
        let done = onDrained
        onDrained = nil
        done?()
        if done != nil { channel?.close(promise: nil) }
    }
}
