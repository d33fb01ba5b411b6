import NIOCore
import NIOHTTP1
import NIOPosix

/// The listening socket, and the connections on it: each is one task, bounded in number, in the time its request may take
/// and in what is buffered for it.
struct StreamServer: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let channel: any Channel
    private let connections: NIOAsyncChannel<Connection, Never>

    /// Bytes that may wait for a slow viewer before it is asked to make room.
    private static let buffer = 64 << 10

    static func bind(port: Int, group: any EventLoopGroup) async throws -> StreamServer {
        let connections = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: buffer / 2, high: buffer))
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        return StreamServer(channel: connections.channel, connections: connections)
    }

    func serve(_ stream: EventStream) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await connections.executeThenClose { incoming in
                for try await connection in incoming {
                    group.addTask { await StreamConnection(stream: stream).serve(connection) }
                }
            }
        }
    }
}
