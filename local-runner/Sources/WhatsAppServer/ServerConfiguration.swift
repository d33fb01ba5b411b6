import FoundationEssentials
import WhatsAppWire

/// How a test server is set up.
package struct ServerConfiguration: Sendable {
    /// A PEM certificate with its key: the server then speaks `wss` and `https`.
    package struct Certificate: Sendable {
        package var chainFile: String
        package var keyFile: String

        package init(chainFile: String, keyFile: String) {
            self.chainFile = chainFile
            self.keyFile = keyFile
        }
    }

    /// Loopback port; 0 lets the system choose.
    package var port = 0
    package var certificate: Certificate?
    /// Makes keys, ids and faults repeatable. `nil` draws them from the system.
    package var seed: UInt64?
    /// File that keeps accounts and the root key over a restart.
    package var stateFile: String?
    /// The oldest build that is let in; older ones are turned away with `failure 405`.
    package var oldestBuild: UInt32 = 0
    /// Bytes of one frame and of one WebSocket message that a client may send.
    package var frameLimit = 1 << 20
    /// Bytes of one file, and of all files together.
    package var mediaLimits = (file: 16 << 20, total: 256 << 20)
    /// Stanzas that wait for one device; the oldest goes first.
    package var queueLimit = 20_000
    /// Events that are remembered.
    package var eventLimit = 20_000
    /// Seconds that a socket stays open after a `stream:error`: clients that read it late would never see it.
    package var lingering = 1.5
    /// Seconds since 1970.
    package var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

    package init() {}
}
