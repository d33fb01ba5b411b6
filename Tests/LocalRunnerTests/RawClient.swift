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
    static func send(_ text: String, port: Int) async throws -> RawClient {
        let client = RawClient()
        let channel = try await ClientBootstrap(group: HostLoop.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(client) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        client.channel = channel
        try await channel.writeAndFlush(ByteBuffer(string: text))
        return client
    }

    func close() {
        channel?.close(promise: nil)
    }

    func wait(_ what: String, until condition: @HostLoop (RawClient) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
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
