import Foundation
import NIOCore
import NIOPosix
import Support
import Synchronization

/// A viewer as a browser is one: sends a request and keeps what arrives.
final class StreamClient: Sendable {
    struct Event: Sendable {
        let id: String
        let data: String
        var mark: String? { data.firstMatch(of: #/"mark":"([^"]*)"/#).map { String($0.1) } }
    }

    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let channel: any Channel

    init(
        port: Int, path: String = "/api/v1/events/stream", method: String = "GET", headers: [(String, String)] = [],
        readsNothing: Bool = false
    ) async throws {
        let handler = Handler()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: !readsNothing)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        handler.client.withLock { $0 = self }
        let fields = ([("Host", "localhost"), ("User-Agent", "test")] + headers).map { "\($0.0): \($0.1)\r\n" }.joined()
        try await channel.writeAndFlush(ByteBuffer(string: "\(method) \(path) HTTP/1.1\r\n\(fields)\r\n"))
    }

    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

    /// What was dispatched so far. Chunk sizes stand on lines of their own, which no field begins like.
    var events: [Event] {
        var events: [Event] = []
        var id = ""
        for line in text.replacing("\r\n", with: "\n").split(separator: "\n") {
            if line.hasPrefix("id: ") { id = String(line.dropFirst(4)) }
            if line.hasPrefix("data: ") { events.append(Event(id: id, data: String(line.dropFirst(6)))) }
        }
        return events
    }

    /// The id that a browser would come back with.
    var lastID: String? {
        text.replacing("\r\n", with: "\n").split(separator: "\n").last { $0.hasPrefix("id: ") }.map {
            String($0.dropFirst(4))
        }
    }

    func close() async {
        try? await channel.close()
    }

    func wait(_ what: String, until condition: (StreamClient) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition(self) {
            guard ContinuousClock.now < deadline else {
                throw TestSetupError("waited in vain for \(what): \(text.prefix(2000))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let client = Mutex<StreamClient?>(nil)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Self.unwrapInboundIn(data)
            client.withLock { $0 }?.state.withLock { $0.bytes += bytes.readableBytesView }
        }

        func channelInactive(context: ChannelHandlerContext) {
            client.withLock { $0 }?.state.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
