import NIOCore
import NIOHTTP1
import NIOPosix

/// The listening socket, and the connections on it: each is one task, bounded in number, in the time its request may take
/// and in what is buffered for it.
struct StreamListener: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let channel: any Channel
    private let connections: NIOAsyncChannel<Connection, Never>

    /// Bytes that may wait in this process for a slow viewer before it is asked to make room.
    private static let buffer = 64 << 10
    /// Bytes that the system keeps for it. Left to itself, Linux lets it grow to 4 MB for each viewer.
    private static let socketBuffer = 64 << 10

    /// What the front lets through, and no more: before it is let in a viewer could otherwise fill megabytes.
    private static let head: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 128
        return limits
    }()

    static func bind(_ address: String, port: Int, group: any EventLoopGroup) async throws -> StreamListener {
        let connections = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_sndbuf), value: .init(socketBuffer))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: buffer / 2, high: buffer))
            .bind(host: address, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: true, withErrorHandling: true, withOutboundHeaderValidation: true,
                        withEncoderConfiguration: .init(), withDecoderLimitConfiguration: head)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        return StreamListener(channel: connections.channel, connections: connections)
    }

    /// Serves until the socket is closed or the task is cancelled. Beyond the limit a connection is closed at once.
    func serve(_ server: StreamServer) async throws {
        let open = OpenConnections(most: server.limits.connections)
        try await withThrowingDiscardingTaskGroup { group in
            try await connections.executeThenClose { incoming in
                for try await connection in incoming {
                    let isRoom = await open.enter()
                    group.addTask {
                        guard isRoom else {
                            _ = try? await connection.executeThenClose { _, _ in }
                            return
                        }
                        await StreamConnection(server: server).serve(connection)
                        await open.leave()
                    }
                }
            }
        }
    }
}

private actor OpenConnections {
    private let most: Int
    private var count = 0

    init(most: Int) {
        self.most = most
    }

    func enter() -> Bool {
        guard count < most else { return false }
        count += 1
        return true
    }

    func leave() {
        count -= 1
    }
}
