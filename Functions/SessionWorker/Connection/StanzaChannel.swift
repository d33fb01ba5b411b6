import FoundationEssentials
import WhatsAppWire

/// What a part of a line may do with its connection: say something, or ask and wait. Tests answer by themselves.
struct StanzaChannel: Sendable {
    var send: @Sendable (Node) async throws -> Void
    /// Sends a query and waits for its answer. Throws `IQ.Failure` when the server says no, `ConnectionError` when it says
    /// nothing in time.
    var ask: @Sendable (_ query: @Sendable (_ id: String) -> Node) async throws -> Node
    /// Sends a message and waits for the server's word that it has it; `written` is called once it is with the socket.
    var deliver: @Sendable (_ message: Node, _ id: String, _ written: @Sendable () -> Void) async throws -> ServerAck
    /// A new id for a stanza.
    var makeID: @Sendable () async -> String
}

extension StanzaChannel {
    /// - Parameter patience: seconds an answer may take.
    init(_ connection: ServerConnection, patience: Double) {
        self.init(
            send: { try await connection.send($0) },
            ask: { try await connection.ask(within: patience, $0) },
            deliver: { try await connection.deliver($0, id: $1, within: patience, written: $2) },
            makeID: { await connection.makeID() })
    }
}

extension Stanzas {
    /// Seconds since 1970: stanzas carry real time.
    static var secondsNow: Int64 { Int64(Date().timeIntervalSince1970) }
}
