import Glibc
import HTTPServer
import NIOCore
import NIOPosix
import Support

@testable import LocalRunner

/// A client that reads an answer as it arrives and can leave in the middle.
@HostLoop
final class RawClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var text = ""
    private(set) var isClosed = false
    private var channel: (any Channel)?

    static func get(_ path: String, port: Int, headers: [(String, String)] = []) async throws -> RawClient {
        let fields = ([("Host", "localhost")] + headers).map { "\($0.0): \($0.1)\r\n" }.joined()
        return try await send("GET \(path) HTTP/1.1\r\n\(fields)\r\n", port: port)
    }

    /// Writes the text as it is, in one piece.
    /// - Parameter address: the client's own, of 127.0.0.0/8.
    static func send(_ text: String, port: Int, from address: String? = nil) async throws -> RawClient {
        try await send(Array(text.utf8), port: port, from: address)
    }

    static func send(_ bytes: [UInt8], port: Int, from address: String? = nil) async throws -> RawClient {
        let client = RawClient()
        var bootstrap = ClientBootstrap(group: HostLoop.group)
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(client) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        client.channel = channel
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        return client
    }

    func close() {
        channel?.close(promise: nil)
    }

    /// Leaves without a word: the other end gets a reset.
    func reset() async {
        try? await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        channel?.close(promise: nil)
    }

    func write(_ text: String) {
        channel?.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    /// Sends no more, and goes on reading.
    func endWriting() {
        channel?.close(mode: .output, promise: nil)
    }

    /// Of every answer that has begun, interim ones included.
    var statuses: [Int] {
        text.matches(of: #/HTTP/1\.[01] (\d{3}) /#).compactMap { Int($0.1) }
    }

    func wait(_ what: String, seconds: Double = 60, until condition: @HostLoop (RawClient) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !condition(self) {
            guard ContinuousClock.now < deadline else { throw TestSetupError("waited in vain for \(what): \(text)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        HostLoop.assumeIsolated { text += String(buffer: bytes) }
    }

    nonisolated func channelInactive(context: ChannelHandlerContext) {
        HostLoop.assumeIsolated { isClosed = true }
    }
}
