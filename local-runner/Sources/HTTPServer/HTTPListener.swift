package import NIOCore
import NIOHTTP1
import NIOPosix

/// Limits of one listening socket.
package struct HTTPLimits: Sendable {
    /// Request line and header fields, bytes.
    package var header: Int
    /// Request body, bytes.
    package var body: Int
    /// Open connections; more are closed at once.
    package var connections: Int
    /// Seconds without traffic after which a connection without a request in progress is closed. `nil`: never.
    package var idle: Double?
    /// Seconds a request may take to arrive.
    package var arrival: Double = 30
    /// Whether a client may send its next request before it has its answer, as HTTP/1.1 lets it. Not needed for
    /// runtimes: a result is answered before the request for more that may come with it is read.
    package var pipelining: Bool

    package init(
        header: Int = 10_240, body: Int = 6 << 20, connections: Int = 4096, idle: Double? = 75, pipelining: Bool = true
    ) {
        self.connections = connections
        self.header = header
        self.body = body
        self.idle = idle
        self.pipelining = pipelining
    }
}

/// One listening socket whose requests are served on the host loop.
@HostLoop
package final class HTTPListener {
    package typealias Serve = @HostLoop @Sendable (HTTPExchange) -> Void

    package let channel: any Channel
    private let connections: Connections

    /// The open connections of a listener.
    @HostLoop
    final class Connections {
        let limits: HTTPLimits
        let serve: Serve
        var open: [ObjectIdentifier: HTTPConnection] = [:]

        init(limits: HTTPLimits, serve: @escaping Serve) {
            self.limits = limits
            self.serve = serve
        }
    }

    private init(channel: any Channel, connections: Connections) {
        self.channel = channel
        self.connections = connections
    }

    package static func bind(
        host: String, port: Int, limits: HTTPLimits = HTTPLimits(), serve: @escaping Serve
    ) async throws -> HTTPListener {
        let connections = Connections(limits: limits, serve: serve)
        let channel = try await ServerBootstrap(group: HostLoop.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Header fields that come from functions are checked where they are read (FunctionAnswer).
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: limits.pipelining, withErrorHandling: false,
                        withOutboundHeaderValidation: false)
                    try channel.pipeline.syncOperations.addHandler(HTTPConnection(channel, connections))
                }
            }
            .bind(host: host, port: port).get()
        return HTTPListener(channel: channel, connections: connections)
    }

    package var port: Int { channel.localAddress?.port ?? 0 }

    package var openConnections: Int { connections.open.count }

    /// Stops accepting; requests in progress go on.
    package func stopAccepting() {
        channel.close(promise: nil)
    }

    /// Stops accepting and closes every connection.
    package func close() {
        channel.close(promise: nil)
        for connection in connections.open.values { connection.close() }
    }

    /// Closes connections that sit idle or send their request too slowly. Called every few seconds.
    package func sweep(now: NIODeadline = .now()) {
        for connection in connections.open.values { connection.closeIfStale(now: now) }
    }
}
