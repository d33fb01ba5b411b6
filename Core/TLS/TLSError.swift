import COpenSSLTLS

/// Why a connection is not secure. Safe to log.
package enum TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// OpenSSL itself, or a file of certificates.
    case unavailable(String)
    /// The other side broke the protocol, or its certificate is not to be trusted.
    case refused(String)
    /// The connection ended without the other side's word that it is done (close_notify): what was read may be cut.
    case truncated

    package var description: String {
        switch self {
        case .unavailable(let reason): "TLS is not available: \(reason)"
        case .refused(let reason): "no secure connection: \(reason)"
        case .truncated: "the secure connection was cut"
        }
    }

    /// The first of this thread's errors in OpenSSL, which is the cause of the others; all are taken away.
    static func reason() -> String {
        let code = ERR_peek_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return "unknown" }
        return String(cString: text)
    }
}
