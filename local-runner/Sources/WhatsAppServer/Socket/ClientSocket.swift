import NIOCore
import NIOWebSocket

/// One WebSocket. Its messages are a stream of bytes to the connection behind it; each piece that is written leaves whole
/// in one message, because some clients can't put a frame together.
@ServerLoop
final class ClientSocket: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    nonisolated let channel: any Channel
    private let sockets: Listener.Sockets
    private let open: @ServerLoop @Sendable (ClientSocket) -> Connection
    private var connection: Connection?

    nonisolated init(
        _ channel: any Channel, sockets: Listener.Sockets,
        open: @escaping @ServerLoop @Sendable (ClientSocket) -> Connection
    ) {
        self.channel = channel
        self.sockets = sockets
        self.open = open
    }

    var isWritable: Bool { channel.isWritable }

    func write(_ bytes: [UInt8]) {
        let frame = WebSocketFrame(fin: true, opcode: .binary, data: ByteBuffer(bytes: bytes))
        channel.writeAndFlush(frame, promise: nil)
    }

    func close() {
        channel.close(promise: nil)
    }

    /// Leaves what the client sends in the kernel's buffer for a while: a slow server.
    func pauseReading(seconds: Double) {
        _ = channel.setOption(.autoRead, value: false)
        ServerLoop.after(seconds) { [channel] in _ = channel.setOption(.autoRead, value: true) }
    }

    nonisolated func handlerAdded(context: ChannelHandlerContext) {
        ServerLoop.assumeIsolated {
            sockets.open[ObjectIdentifier(self)] = self
            connection = open(self)
        }
    }

    nonisolated func channelInactive(context: ChannelHandlerContext) {
        ServerLoop.assumeIsolated {
            sockets.open[ObjectIdentifier(self)] = nil
            connection?.closed()
            connection = nil
        }
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        ServerLoop.assumeIsolated { receive(frame) }
    }

    nonisolated func channelWritabilityChanged(context: ChannelHandlerContext) {
        ServerLoop.assumeIsolated { if channel.isWritable { connection?.pump() } }
    }

    nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ServerLoop.assumeIsolated {
            connection?.broke(String(describing: error))
            // The decoder has sent its close frame for oversize and malformed frames by now.
            close()
        }
    }

    private func receive(_ frame: WebSocketFrame) {
        switch frame.opcode {
        case .binary, .continuation: connection?.received(Array(buffer: frame.unmaskedData))
        case .ping:
            channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData), promise: nil)
        case .connectionClose:
            let goodbye = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
            channel.writeAndFlush(goodbye).whenComplete { [channel] _ in channel.close(promise: nil) }
        case .pong: break
        default:
            connection?.broke("only binary messages are spoken here")
            close()
        }
    }
}
