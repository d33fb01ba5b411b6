import COpenSSLTLS
import Glibc

/// One side of a TLS connection without a socket: bytes of the network in and out, plain bytes out and in. OpenSSL works on two
/// buffers in memory (`BIO_s_mem`). One thread at a time.
final class TLSEngine {
    enum Reading: Equatable {
        case bytes(Int)
        /// Until more has come from the network.
        case nothing
        /// The other side said that it is done (close_notify).
        case end
    }

    private let connection: OpaquePointer
    // Both are the connection's, which frees them.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// - Parameter host: whom the certificate must name, a host name or an IP address; passed over by a server.
    init(_ context: TLSContext, host: String) throws(TLSError) {
        ERR_clear_error()
        guard let connection = SSL_new(context.pointer) else { throw .unavailable(TLSError.reason()) }
        guard let incoming = BIO_new(BIO_s_mem()) else {
            SSL_free(connection)
            throw .unavailable("no memory")
        }
        guard let outgoing = BIO_new(BIO_s_mem()) else {
            BIO_free(incoming)
            SSL_free(connection)
            throw .unavailable("no memory")
        }
        SSL_set_bio(connection, incoming, outgoing)
        (self.connection, self.incoming, self.outgoing) = (connection, incoming, outgoing)
        if context.isServer {
            SSL_set_accept_state(connection)
        } else {
            SSL_set_connect_state(connection)
            guard Self.expect(host, connection) else { throw .refused("the server's name is none") }
        }
    }

    deinit { SSL_free(connection) }

    /// RFC 9525: no partial wildcards, and no names but the alternative ones. An address is compared as one, and never sent as a
    /// name (RFC 6066, section 3).
    private static func expect(_ host: String, _ connection: OpaquePointer) -> Bool {
        // An empty name would match every certificate, and C ends a text at NUL.
        guard !host.isEmpty, !host.utf8.contains(0) else { return false }
        var address = in6_addr()
        if inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1 {
            return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host) == 1
        }
        let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
        SSL_set_hostflags(connection, UInt32(flags))
        return SSL_set1_host(connection, host) == 1 && parley_tls_name(connection, host) == 1
    }

    // MARK: The network's side

    /// What came from the network; all of it is kept until it is read.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        guard bytes.count > 0 else { return }
        var taken = 0
        guard BIO_write_ex(incoming, bytes.baseAddress, bytes.count, &taken) == 1, taken == bytes.count else {
            throw .unavailable("no memory")
        }
    }

    /// Whether a read may find something.
    var hasInput: Bool { BIO_ctrl_pending(incoming) > 0 || SSL_has_pending(connection) == 1 }

    /// Bytes that wait to be sent.
    var waiting: Int { BIO_ctrl_pending(outgoing) }

    /// - Returns: how many were taken.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        return BIO_read_ex(outgoing, buffer.baseAddress, buffer.count, &count) == 1 ? count : 0
    }

    // MARK: The plain side

    /// Goes on with the handshake. True when it is done.
    func shakeHands() throws(TLSError) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(connection)
        guard result == 1 else {
            try check(result)
            return false
        }
        try checkProtocol()
        return true
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> Reading {
        ERR_clear_error()
        var count = 0
        let result = SSL_read_ex(connection, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return .bytes(count) }
        if SSL_get_error(connection, result) == SSL_ERROR_ZERO_RETURN { return .end }
        try check(result)
        return .nothing
    }

    /// All of it: the buffer in memory takes everything.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        guard bytes.count > 0 else { return }
        ERR_clear_error()
        var written = 0
        let result = SSL_write_ex(connection, bytes.baseAddress, bytes.count, &written)
        guard result == 1, written == bytes.count else {
            try check(result)
            throw .refused("the other side must be heard before more can be said")
        }
    }

    /// Says that nothing more comes (close_notify).
    func end() {
        ERR_clear_error()
        SSL_shutdown(connection)
        ERR_clear_error()
    }

    /// A server may only choose what was offered, or nothing.
    private func checkProtocol() throws(TLSError) {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(connection, &name, &length)
        let chosen = UnsafeBufferPointer(start: name, count: Int(length))
        guard chosen.isEmpty || chosen.elementsEqual("http/1.1".utf8) else {
            throw .refused("another protocol was chosen")
        }
    }

    /// Returns when only bytes are missing.
    private func check(_ result: CInt) throws(TLSError) {
        switch SSL_get_error(connection, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        default:
            let verdict = SSL_get_verify_result(connection)
            guard verdict == CLong(X509_V_OK) else {
                ERR_clear_error()
                throw .refused(String(cString: X509_verify_cert_error_string(verdict)))
            }
            throw .refused(TLSError.reason())
        }
    }
}
