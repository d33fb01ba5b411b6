package import NIOCore
import NIOHTTP1
import NIOPosix

/// One listening socket whose requests are served on the host loop.
@HostLoop
package final class HTTPListener {
    package typealias Serve = @HostLoop @Sendable (HTTPExchange) -> Void

    package let channel: any Channel
    private let connections: OpenConnections

    private init(channel: any Channel, connections: OpenConnections) {
        self.channel = channel
        self.connections = connections
    }

    package static func bind(
        host: String, port: Int, limits: HTTPLimits = HTTPLimits(), serve: @escaping Serve
    ) async throws -> HTTPListener {
        let connections = OpenConnections(limits: limits, serve: serve)
        let channel = try await ServerBootstrap(group: HostLoop.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: limits.answersHalfClosed)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, connections, limits) }
            }
            .bind(host: host, port: port).get()
        return HTTPListener(channel: channel, connections: connections)
    }

    nonisolated private static func addHandlers(
        to channel: any Channel, _ connections: OpenConnections, _ limits: HTTPLimits
    ) throws {
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.header
        bounds.maxHeaderListSize = limits.header
        bounds.maxHeaderFieldCount = limits.fields
        let arrival = Arrival(limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(arrival)
        // Header fields that come from functions are checked where they are read (FunctionAnswer).
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: limits.pipelining, withErrorHandling: false,
            withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: bounds)
        try pipeline.addHandler(HTTPConnection(channel, connections, arrival))
    }

    package var port: Int { channel.localAddress?.port ?? 0 }

    package var openConnections: Int { connections.all.count }

    /// Stops accepting; requests in progress go on.
    package func stopAccepting() {
        channel.close(promise: nil)
    }

    /// Stops accepting and closes every connection.
    package func close() {
        channel.close(promise: nil)
        for connection in connections.all.values { connection.close() }
    }

    /// Closes connections that sit idle or send their request too slowly. Called every few seconds.
    package func sweep(now: NIODeadline = .now()) {
        for connection in connections.all.values { connection.closeIfStale(now: now) }
    }
}
