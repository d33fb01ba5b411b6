/// Why a connection ended, in words a person understands, and what happens next.
package struct Ending: Sendable, Equatable {
    package enum Next: Sendable, Equatable {
        /// At once, with the credentials as they are.
        case reconnectNow
        /// After `Backoff.delay`.
        case reconnectLater
        /// After at least so many seconds.
        case wait(seconds: Int64)
        /// Until a person acts. Credentials stay.
        case stop
        /// Until a person links the phone again. Wipe credentials, sessions and keys.
        case relink
    }

    package enum Cause: Sendable, Equatable {
        case restartRequired, unlinked, replaced, serverBusy, rateLimited, refusedStanza, temporaryBan, banned
        case outdated, badClient, connectionLost
    }

    package let cause: Cause
    package let explanation: String
    package let next: Next

    /// `stream:error`, `failure` or `xmlstreamend`; nil for every other stanza.
    package init?(_ node: Node) {
        switch node.tag {
        case "stream:error": self = Self.streamError(node)
        case "failure": self = Self.failure(node)
        case "xmlstreamend": self = .connectionLost
        default: return nil
        }
    }

    private init(_ cause: Cause, _ explanation: String, _ next: Next) {
        self.cause = cause
        self.explanation = explanation
        self.next = next
    }

    /// The socket closed without a word.
    package static let connectionLost = Ending(
        .connectionLost, "The connection to WhatsApp was lost. Reconnecting.", .reconnectLater)

    private static func streamError(_ node: Node) -> Ending {
        let code: Int? = node.integer("code")
        switch (code, node.child("conflict")?["type"]) {
        case (515, _): return Ending(.restartRequired, "WhatsApp asks for a new connection.", .reconnectNow)
        case (_, "device_removed"), (516, _), (401, nil): return unlinked
        case (_, "replaced"), (409, _), (440, _): return replaced
        case (503, _): return busy
        case (429, _):
            return Ending(
                .rateLimited, "WhatsApp limits how often this line may connect. Trying again in a while.",
                .wait(seconds: 900))
        default:
            return Ending(
                .refusedStanza, "WhatsApp closed the connection over something we sent. Reconnecting.",
                .reconnectLater)
        }
    }

    private static func failure(_ node: Node) -> Ending {
        switch node.integer("reason", as: Int.self) {
        case 401: unlinked
        case 403:
            Ending(
                .unlinked, "The phone of this number is gone or its account is locked. Link the number again.", .relink)
        case 406:
            Ending(.banned, "WhatsApp has banned this number or ended its session. Link it again.", .relink)
        case 402: temporaryBan(node)
        case 405:
            Ending(
                .outdated, "This version is too old for WhatsApp. The installation's WhatsApp version must be raised.",
                .stop)
        case 400, 409, 415, 418:
            Ending(.badClient, "WhatsApp did not accept this client. Please report this.", .stop)
        case 500, 501, 503: busy
        default: Ending(.serverBusy, "WhatsApp refused the connection. Trying again.", .reconnectLater)
        }
    }

    private static func temporaryBan(_ node: Node) -> Ending {
        let reason =
            switch node.integer("code", as: Int.self) {
            case 101: "it wrote to too many people"
            case 102: "too many people blocked it"
            case 103: "it created too many groups"
            case 104: "it sent the same message too often"
            case 106: "it sent too many broadcasts"
            default: "of how it was used"
            }
        let seconds = max(60, node.integer("expire", as: Int64.self) ?? 3600)
        return Ending(
            .temporaryBan, "WhatsApp has suspended this number for a while because \(reason).",
            .wait(seconds: seconds))
    }

    private static let unlinked = Ending(
        .unlinked, "This device was unlinked on the phone. Link the number again.", .relink)
    private static let replaced = Ending(
        .replaced, "The same line was opened elsewhere. It stays closed here, so that the two do not fight.", .stop)
    private static let busy = Ending(
        .serverBusy, "WhatsApp's server is busy or restarting. Trying again.", .reconnectLater)
}
