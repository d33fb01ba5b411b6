import COpenSSL

/// scrypt (RFC 7914): a hash of passwords that is expensive in memory too.
package enum Scrypt {
    /// - Parameters:
    ///   - rounds: N, a power of two, 2 or more. It takes 128 * `blockSize` * (`rounds` + `parallelism` + 2) bytes while it runs: bound
    ///     what comes from outside.
    ///   - count: bytes of the hash.
    /// - Throws: `wrongLength` for what RFC 7914 does not take, `refused` for what libcrypto does not.
    package static func derive(
        from password: some Collection<UInt8>, salt: some Collection<UInt8>, rounds: Int, blockSize: Int,
        parallelism: Int, count: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard (1...1 << 20).contains(count), (2...1 << 30).contains(rounds), rounds & (rounds - 1) == 0,
            (1...1 << 10).contains(blockSize), (1...1 << 10).contains(parallelism)
        else { throw .wrongLength }
        let memory = UInt64(128 * blockSize * (rounds + parallelism + 2)) + 1 << 20
        let password = SecretKey(password)
        return try Libcrypto.filled(count, or: .refused) { output in
            password.withBytes { secret, length in
                withContiguous(salt) { salt in
                    secret.withMemoryRebound(to: CChar.self, capacity: max(1, length)) { secret in
                        EVP_PBE_scrypt(
                            secret, length, salt.baseAddress, salt.count, UInt64(rounds), UInt64(blockSize),
                            UInt64(parallelism), memory, output, count)
                    }
                }
            }
        }
    }
}
