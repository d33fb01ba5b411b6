/// Column `channels.status` of a line.
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

    /// Nothing happens any more until the owner acts.
    package var needsOwner: Bool {
        switch self {
        case .authFailed, .disconnected, .error, .passkeyConfirm, .passkeyRequired, .qrPending, .stopped: true
        case .banned, .connected, .reconnecting, .starting: false
        }
    }
}
