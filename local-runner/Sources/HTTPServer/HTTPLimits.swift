package import Web

/// Limits of one listening socket.
package struct HTTPLimits: Sendable {
    /// Request line and header fields, bytes; trailer fields too.
    package var header: Int
    /// Header fields, and trailer fields.
    package var fields = 100
    /// Request body, bytes.
    package var body: Int
    /// Bytes of all bodies that have arrived, in part or whole, and are not answered. The address that sends most loses first.
    package var bodies = 256 << 20
    /// Open connections. Beyond it those on which nothing is asked make room, of the address that has most of them; where there are
    /// none, one that waits for an answer does.
    package var connections: Int
    /// Seconds without traffic after which a connection without a request in progress is closed. `nil`: never.
    package var idle: Double?
    /// Seconds in which a new connection must say what it wants.
    package var head = 10.0
    /// Seconds a request may take to arrive.
    package var arrival = 30.0
    /// Whether a client may send its next request before it has its answer, as HTTP/1.1 lets it. Not needed for
    /// runtimes: a result is answered before the request for more that may come with it is read.
    package var pipelining: Bool
    /// Whether a client that has ended its own direction still gets its answers. Where it does, one that has gone is noticed
    /// when it is written to.
    package var answersHalfClosed = false
    /// How refusals read.
    package var refusal: @Sendable (Fault) -> HTTPRefusal = HTTPRefusal.problem

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
