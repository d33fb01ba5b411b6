import COpenSSLTLS

/// What the connections of one kind have in common: TLS 1.2 or later, the protocol `http/1.1` (ALPN, RFC 7301), whom to trust.
package final class TLSContext: Sendable {
    // Changed while it is made and by nobody afterwards; OpenSSL counts its references atomically.
    nonisolated(unsafe) let pointer: OpaquePointer
    let isServer: Bool

    private init(server: Bool) throws(TLSError) {
        // An older error of this thread is no reason of ours.
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()) else {
            throw .unavailable(TLSError.reason())
        }
        self.pointer = pointer
        isServer = server
        try check(parley_tls_limit(pointer) == 1)
    }

    deinit { SSL_CTX_free(pointer) }

    /// For connections that verify the server's chain and its name.
    /// - Parameter authorities: a PEM file of those that are trusted; `nil`: the system's (OpenSSL's default paths, or
    ///   `SSL_CERT_FILE` and `SSL_CERT_DIR`).
    package static func client(authorities: String? = nil) throws(TLSError) -> TLSContext {
        let context = try TLSContext(server: false)
        SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        let isTrusting =
            if let authorities {
                SSL_CTX_load_verify_file(context.pointer, authorities)
            } else {
                SSL_CTX_set_default_verify_paths(context.pointer)
            }
        try context.check(isTrusting == 1)
        try context.check(parley_tls_offer(context.pointer) == 0)
        return context
    }

    /// - Parameters:
    ///   - chain: a PEM file, the server's own certificate first.
    ///   - key: a PEM file with its private key.
    package static func server(chain: String, key: String) throws(TLSError) -> TLSContext {
        let context = try TLSContext(server: true)
        try context.check(SSL_CTX_use_certificate_chain_file(context.pointer, chain) == 1)
        try context.check(SSL_CTX_use_PrivateKey_file(context.pointer, key, SSL_FILETYPE_PEM) == 1)
        try context.check(SSL_CTX_check_private_key(context.pointer) == 1)
        parley_tls_choose_protocol(context.pointer)
        return context
    }

    private func check(_ isGood: Bool) throws(TLSError) {
        guard isGood else { throw .unavailable(TLSError.reason()) }
    }
}
