import COpenSSL

/// Key agreement on Curve25519 (RFC 7748, section 5).
package enum X25519 {
    /// Bytes of a private key, of a public one and of what is agreed.
    package static let length = 32

    /// - Throws: `wrongLength`.
    package static func publicKey(of privateKey: SecretKey) throws(CryptographyError) -> [UInt8] {
        let mine = try AgreementKey(privateKey)
        return try Libcrypto.filled(length, or: .unavailable) { output in
            var count = length
            return mine.withPointer { EVP_PKEY_get_raw_public_key($0, output, &count) }
        }
    }

    /// - Throws: `refused` when nothing is agreed: the other side sent a point of small order (libcrypto refuses the secret that is
    ///   zero); `wrongLength`.
    package static func sharedSecret(
        of privateKey: SecretKey, with publicKey: some Collection<UInt8>
    ) throws(CryptographyError) -> SecretKey {
        let (mine, theirs) = (try AgreementKey(privateKey), try AgreementKey(publicKey: publicKey))
        guard let context = mine.withPointer({ EVP_PKEY_CTX_new_from_pkey(nil, $0, nil) }) else {
            throw Libcrypto.cleared(.unavailable)
        }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_derive_init(context) == 1 else { throw Libcrypto.cleared(.unavailable) }
        guard theirs.withPointer({ EVP_PKEY_derive_set_peer(context, $0) }) == 1 else {
            throw Libcrypto.cleared(.refused)
        }
        return try SecretKey(count: length, or: .refused) { output in
            var count = length
            return mine.withPointer { _ in theirs.withPointer { _ in EVP_PKEY_derive(context, output, &count) } }
        }
    }
}

/// libcrypto's form of a key; it wipes private ones.
private final class AgreementKey {
    private let pointer: OpaquePointer

    init(_ key: SecretKey) throws(CryptographyError) {
        guard key.count == X25519.length else { throw .wrongLength }
        guard let pointer = key.withBytes({ EVP_PKEY_new_raw_private_key_ex(nil, "X25519", nil, $0, $1) }) else {
            throw Libcrypto.cleared(.unavailable)
        }
        self.pointer = pointer
    }

    init(publicKey: some Collection<UInt8>) throws(CryptographyError) {
        guard publicKey.count == X25519.length else { throw .wrongLength }
        let pointer = withContiguous(publicKey) { bytes in
            EVP_PKEY_new_raw_public_key_ex(nil, "X25519", nil, bytes.baseAddress, bytes.count)
        }
        guard let pointer else { throw Libcrypto.cleared(.unavailable) }
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        withExtendedLifetime(self) { body(pointer) }
    }
}
