package import Domain

/// Whether the next message of a conversation may leave now. Asked before each message, because each one that leaves changes
/// the answer.
package enum SendPermission: Sendable, Equatable {
    case granted
    /// Ask again after so many seconds; that costs no attempt.
    case later(seconds: Double)
    /// This one may never leave. Those behind it are asked about on their own.
    case refused(MessageID, code: String, reason: String)

    func refusal(of message: MessageID) -> SendResult? {
        guard case .refused(message, let code, let reason) = self else { return nil }
        return .refused(code: code, reason: reason)
    }
}
