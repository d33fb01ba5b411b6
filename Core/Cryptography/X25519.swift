import COpenSSL

/// Key agreement on Curve25519 (RFC 7748, section 5).
package enum X25519 {
    /// Bytes of a private key, of a public one and of what is agreed.
    package static let length = 32

    package static func publicKey(of privateKey: SecretKey) throws(CryptographyError) -> [UInt8] {
        let mine = try AgreementKey(privateKey)
        return try filled(length) { output in
            var count = length
            return EVP_PKEY_get_raw_public_key(mine.pointer, output, &count)
        }
    }

    /// - Throws: `refused` when nothing is agreed: the other side sent a point of small order.
    package static func sharedSecret(
        of privateKey: SecretKey, with publicKey: some Collection<UInt8>
    ) throws(CryptographyError) -> SecretKey {
        let (mine, theirs) = (try AgreementKey(privateKey), try AgreementKey(publicKey: publicKey))
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, mine.pointer, nil) else { throw .unavailable }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, theirs.pointer) == 1 else {
            throw .refused
        }
        var secret = [UInt8](repeating: 0, count: length)
        defer { secret.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        var count = length
        guard EVP_PKEY_derive(context, &secret, &count) == 1, secret.contains(where: { $0 != 0 }) else {
            throw .refused
        }
        return SecretKey(secret)
    }
}

/// libcrypto's form of a key; it wipes private ones.
private final class AgreementKey {
    let pointer: OpaquePointer

    init(_ key: SecretKey) throws(CryptographyError) {
        guard key.count == X25519.length else { throw .wrongLength }
        guard let pointer = key.withBytes({ EVP_PKEY_new_raw_private_key_ex(nil, "X25519", nil, $0, $1) }) else {
            throw .unavailable
        }
        self.pointer = pointer
    }

    init(publicKey: some Collection<UInt8>) throws(CryptographyError) {
        guard publicKey.count == X25519.length else { throw .wrongLength }
        let pointer = withContiguous(publicKey) { bytes in
            EVP_PKEY_new_raw_public_key_ex(nil, "X25519", nil, bytes.baseAddress, bytes.count)
        }
        guard let pointer else { throw .unavailable }
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }
}
