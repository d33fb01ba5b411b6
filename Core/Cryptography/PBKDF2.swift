import COpenSSL

/// PBKDF2 (RFC 8018, section 5.2) with HMAC-SHA256.
package enum PBKDF2 {
    /// - Parameter count: bytes of the new key.
    /// - Throws: `wrongLength` for a count or rounds below 1 or beyond 2^31.
    package static func derive(
        from password: some Collection<UInt8>, salt: some Collection<UInt8>, rounds: Int, count: Int
    ) throws(CryptographyError) -> SecretKey {
        guard count > 0, let length = CInt(exactly: count), rounds > 0, let rounds = CInt(exactly: rounds),
            let saltCount = CInt(exactly: salt.count), let passwordCount = CInt(exactly: password.count)
        else { throw .wrongLength }
        let password = SecretKey(password)
        return try SecretKey(count: count, or: .unavailable) { output in
            password.withBytes { secret, capacity in
                withContiguous(salt) { salt in
                    secret.withMemoryRebound(to: CChar.self, capacity: max(1, capacity)) { secret in
                        PKCS5_PBKDF2_HMAC(
                            secret, passwordCount, salt.baseAddress, saltCount, rounds, HashFunction.sha256.pointer,
                            length, output)
                    }
                }
            }
        }
    }
}
