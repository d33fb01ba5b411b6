/// Column `channels.status` of a line (checklist 10.3).
package enum LineStatus: String, Sendable, Codable, CaseIterable {
    case starting
    case qrPending = "qr_pending"
    case connected, disconnected
    case authFailed = "auth_failed"
    case error
    case passkeyRequired = "passkey_required"
    case passkeyConfirm = "passkey_confirm"
    case reconnecting, stopped, banned

    /// Messages can leave now.
    package var isConnected: Bool { self == .connected }

    /// Somebody is asked to do something with the phone.
    package var isLinking: Bool { [.qrPending, .passkeyRequired, .passkeyConfirm].contains(self) }

    /// Nothing happens any more until the owner acts.
    package var needsOwner: Bool {
        switch self {
        case .authFailed, .disconnected, .error, .passkeyConfirm, .passkeyRequired, .qrPending, .stopped: true
        case .banned, .connected, .reconnecting, .starting: false
        }
    }

    /// Staying is always allowed. A line never becomes connected without having started or reconnected, and one whose
    /// link is gone can only start again or stop.
    package func canMove(to next: LineStatus) -> Bool {
        self == next || next == .stopped || followers.contains(next)
    }

    private var followers: Set<LineStatus> {
        switch self {
        case .starting:
            [.authFailed, .banned, .connected, .disconnected, .error, .passkeyRequired, .qrPending, .reconnecting]
        case .qrPending:
            [.connected, .disconnected, .error, .passkeyConfirm, .passkeyRequired, .reconnecting, .starting]
        case .passkeyRequired, .passkeyConfirm:
            [
                .connected, .disconnected, .error, .passkeyConfirm, .passkeyRequired, .qrPending, .reconnecting,
                .starting,
            ]
        case .connected: [.authFailed, .banned, .disconnected, .error, .reconnecting]
        case .reconnecting:
            [.authFailed, .banned, .connected, .disconnected, .error, .qrPending, .starting]
        case .banned: [.authFailed, .reconnecting, .starting]
        case .disconnected, .error: [.authFailed, .banned, .reconnecting, .starting]
        case .authFailed, .stopped: [.starting]
        }
    }
}
