import WhatsAppWire

/// What needs an answer of the server and must not hold up the stanzas behind it: done one after the other, beside them. The past has a
/// lane of its own: it waits for other lines' (`LineEnvironment.histories`), and nothing waits for it.
enum BackgroundTask: Sendable {
    case completeLogin
    case uploadPreKeys
    case enterPairingCode
    case resend(RetryRequest, receipt: Node)
    case nameGroup(JID)
    case importHistory(WaitingHistory)
    case issueToken(JID)
    /// The server ends the connection on which a phone was linked (515). One that forgets to is left, not waited for.
    case leaveAfterPairing
}
