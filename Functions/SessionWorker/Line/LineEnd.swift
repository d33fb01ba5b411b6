import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Why a connection ended, and what happens next. Every stop has a reason that its owner understands.
struct LineEnd: Sendable, Equatable {
    let trouble: LineTrouble
    /// One plain sentence.
    let reason: String
    let next: Ending.Next

    init(_ trouble: LineTrouble, next: Ending.Next, reason: String? = nil) {
        self.trouble = trouble
        self.reason = reason ?? trouble.sentence
        self.next = next
    }

    /// What the server said.
    init(_ ending: Ending) {
        let trouble: LineTrouble =
            switch ending.cause {
            case .restartRequired, .refusedStanza, .connectionLost: .connectionLost
            case .unlinked: .unlinked
            case .replaced: .replaced
            case .serverBusy: .serverBusy
            case .rateLimited: .rateLimited
            case .temporaryBan: .temporaryBan
            case .banned: .banned
            case .outdated: .outdated
            case .badClient: .badClient
            }
        self.init(trouble, next: ending.next, reason: ending.explanation)
    }

    static let connectionLost = LineEnd(.connectionLost, next: .reconnectLater)

    /// The server took the connection and then let nobody in.
    static let neverLoggedIn = LineEnd(
        .connectionLost, next: .reconnectLater,
        reason: "WhatsApp's server answered, but did not let the line in. The line connects anew.")

    /// A fault of this installation: it may pass.
    static let interrupted = LineEnd(
        .connectionLost, next: .reconnectLater,
        reason: "The line was interrupted by a fault of this installation. The line connects anew.")

    /// The keys of a line can't be opened: the operator may give back what is missing.
    static let unreadable = LineEnd(.unreadable, next: .reconnectLater)

    /// What a failed attempt to open a connection means.
    init(opening error: any Error) {
        switch error {
        case WebSocketError.refused(let status?) where status != 408 && status < 500:
            self.init(.badClient, next: .stop, reason: "WhatsApp's server refused the connection (HTTP \(status)).")
        case WebSocketError.badAddress:
            self.init(.untrustedServer, next: .stop, reason: "The server's address is not a WebSocket URL.")
        default:
            self = .connectionLost
        }
    }

    /// What an error in the middle of a connection means; `nil` for errors that are none of the connection's.
    init?(conversing error: any Error) {
        switch error {
        // A forged server must not be asked again and again, nor may a passing fault end the line for good.
        case is HandshakeError: self.init(.untrustedServer, next: .wait(seconds: 900))
        case is FrameError, is TransportError, is NodeError, is LinkError:
            self.init(
                .connectionLost, next: .reconnectLater,
                reason: "What came from WhatsApp's server was damaged. The line connects anew.")
        default: return nil
        }
    }
}
