import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization
import TLS

/// An open WebSocket: bytes in, bytes out. WhatsApp's frames are a stream of their own, so message borders mean nothing here.
struct WebSocket: Sendable {
    /// The largest WebSocket frame taken, bytes.
    private static let maximumFrame = 1 << 22
    private static let origin = "https://web.whatsapp.com"
    /// Bytes read at once; most stanzas are smaller, and a thousand idle sockets hold a thousand of these.
    private static let readSize = 4096

    let stream: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Connects and upgrades within `timeout` seconds.
    static func open(_ address: ServerAddress, on group: any EventLoopGroup, tls: TLSContext?, timeout: Double)
        async throws -> WebSocket
    {
        let status = RefusalStatus()
        let channelTimeout = TimeAmount.milliseconds(Int64(timeout * 1000))
        let result = try await ClientBootstrap(group: group)
            .connectTimeout(channelTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readSize))
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, address, tls, status, channelTimeout) }
            }
        guard let socket = try await result.get() else { throw WebSocketError.refused(status: status.value) }
        return socket
    }

    private static func prepare(
        _ channel: any Channel, _ address: ServerAddress, _ tls: TLSContext?, _ status: RefusalStatus,
        _ timeout: TimeAmount
    ) throws -> EventLoopFuture<WebSocket?> {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(TLSHandler(tls, host: address.host))
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<WebSocket?>(maxFrameSize: maximumFrame) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(WebSocketMessages())
                return WebSocket(
                    stream: try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8))))
            }
        }
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration<WebSocket?>(
            upgradeRequestHead: request(address), upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.close(promise: nil)
                return channel.eventLoop.makeSucceededFuture(nil)
            })
        let upgraded = try pipeline.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: upgrade))
        let handler = try pipeline.handler(type: NIOTypedHTTPClientUpgradeHandler<WebSocket?>.self)
        try pipeline.addHandler(StatusReader(status), position: .before(handler))
        let deadline = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
        upgraded.whenComplete { _ in deadline.cancel() }
        return upgraded
    }

    private static func request(_ address: ServerAddress) -> HTTPRequestHead {
        let standard = address.isSecure ? 443 : 80
        let headers: HTTPHeaders = [
            "Host": address.port == standard ? address.host : "\(address.host):\(address.port)", "Origin": origin,
            "Cache-Control": "no-cache", "Pragma": "no-cache", "Content-Length": "0",
        ]
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: address.path, headers: headers)
    }
}

enum WebSocketError: Error, Sendable, CustomStringConvertible {
    /// No upgrade; the HTTP status, if there was one.
    case refused(status: Int?)
    case badAddress

    var description: String {
        switch self {
        case .refused(let status): "the server refused the connection (\(status.map(String.init) ?? "no status"))"
        case .badAddress: "the server's address is no WebSocket URL"
        }
    }
}

/// The status of an answer that was no upgrade.
private final class RefusalStatus: Sendable {
    private let status = Mutex<Int?>(nil)

    var value: Int? {
        get { status.withLock { $0 } }
        set { status.withLock { $0 = newValue } }
    }
}

/// Notes the first answer's status and passes everything on: after an upgrade other things than HTTP come this way.
private final class StatusReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private let status: RefusalStatus
    private var isDone = false

    init(_ status: RefusalStatus) {
        self.status = status
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isDone, case .head(let head) = unwrapInboundIn(data) { status.value = Int(head.status.code) }
        isDone = true
        context.fireChannelRead(data)
    }
}
