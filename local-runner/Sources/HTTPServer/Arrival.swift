import NIOCore
import NIOHTTP1
import Web

/// Sees the bytes before the parser does: how many there are since a request began, and how long its first line is. The parser
/// skips chunks' extensions without a bound, and doesn't say which part of a head was too long.
@HostLoop
final class Arrival: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limits: HTTPLimits
    private var count = 0
    private var line = 0
    private var isLineWhole = false
    /// Chunks have lines beside what they hold.
    private var isTooLong: Bool { count > limits.header + 2 * limits.body + 1 << 17 }

    nonisolated init(_ limits: HTTPLimits) {
        self.limits = limits
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        let isTooLong = HostLoop.assumeIsolated { arrived(bytes) }
        if isTooLong { return context.fireErrorCaught(EndlessRequest()) }
        context.fireChannelRead(data)
    }

    /// A request's head is complete; what follows is its body.
    func headArrived() {
        count = 0
        line = 0
        isLineWhole = false
    }

    private func arrived(_ bytes: ByteBuffer) -> Bool {
        count += bytes.readableBytes
        guard !isLineWhole else { return isTooLong }
        let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n"))
        line += end.map { $0 - bytes.readerIndex } ?? bytes.readableBytes
        isLineWhole = end != nil && line > 2
        return isTooLong
    }

    func fault(for error: any Error, inHead: Bool) -> Fault {
        if error is EndlessRequest { return .tooLarge }
        switch error as? HTTPParserError {
        case .headerOverflow: return inHead && line > limits.header ? .targetTooLong : .headersTooLarge
        case .invalidMethod: return .unknownMethod
        case .invalidVersion: return .versionUnknown
        default: return .malformed("The request can't be read.")
        }
    }
}

/// More bytes than any request that is taken can have.
struct EndlessRequest: Error {}
