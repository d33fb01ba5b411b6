#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What OpenSSL offers as macros, and what has to be constant in memory.

/// TLS 1.2 or later (RFC 8996); no renegotiation (its attacks: RFC 5746), compression (CRIME) or resumption. Buffers of a
/// connection that rests are given back: there may be a thousand of them.
static inline int parley_tls_limit(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) && SSL_CTX_set_num_tickets(context, 0);
}

static const unsigned char parley_tls_protocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// Says 0 when it did it, unlike all others.
static inline int parley_tls_offer(SSL_CTX *context) {
    return SSL_CTX_set_alpn_protos(context, parley_tls_protocols, sizeof parley_tls_protocols);
}

/// RFC 7301, section 3.2: no protocol in common ends the handshake.
static int parley_tls_choose(
    SSL *connection, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
    unsigned int count, void *unused) {
    unsigned char *name = NULL;
    (void)connection;
    (void)unused;
    if (SSL_select_next_proto(
            &name, length, parley_tls_protocols, sizeof parley_tls_protocols, offered, count) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = name;
    return SSL_TLSEXT_ERR_OK;
}

static inline void parley_tls_choose_protocol(SSL_CTX *context) {
    SSL_CTX_set_alpn_select_cb(context, parley_tls_choose, NULL);
}

/// The name in the client's first message (RFC 6066, section 3).
static inline int parley_tls_name(SSL *connection, const char *host) {
    return (int)SSL_set_tlsext_host_name(connection, host);
}
