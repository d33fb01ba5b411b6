import COpenSSL

/// HKDF (RFC 5869), extract and expand. An empty salt stands for zeros of the hash's length.
package enum HKDF {
    /// - Parameter count: bytes of the new key, at most 255 times the hash's length.
    package static func derive(
        from secret: SecretKey, salt: some Collection<UInt8> = [], info: some Collection<UInt8>, count: Int,
        _ function: HashFunction = .sha256
    ) throws(CryptographyError) -> SecretKey {
        guard (1...255 * function.length).contains(count) else { throw .wrongLength }
        let zeros = [UInt8](repeating: 0, count: function.length)
        let root = SecretKey(
            HMAC.code(for: secret.bytes, key: SecretKey(salt.isEmpty ? zeros : Array(salt)), function))
        var output: [UInt8] = []
        var block: [UInt8] = []
        for number in 1...((count + function.length - 1) / function.length) {
            var running = RunningHMAC(key: root, function)
            running.update(block)
            running.update(info)
            running.update([UInt8(number)])
            block = running.code
            output += block
        }
        return SecretKey(output.prefix(count))
    }
}

/// scrypt (RFC 7914): a hash of passwords that is expensive in memory too.
package enum Scrypt {
    /// - Parameters:
    ///   - rounds: N, a power of two, 2 or more.
    ///   - memory: bytes it may take at most; it takes 128 * `blockSize` * (`rounds` + `parallelism`) and a little.
    package static func derive(
        from password: some Collection<UInt8>, salt: some Collection<UInt8>, rounds: Int, blockSize: Int,
        parallelism: Int,
        count: Int, memory: Int = 1 << 30
    ) throws(CryptographyError) -> [UInt8] {
        guard count > 0, rounds > 1, rounds & (rounds - 1) == 0, blockSize > 0, parallelism > 0, memory > 0 else {
            throw .wrongLength
        }
        let password = SecretKey(password)
        return try filled(count) { output in
            password.withBytes { secret, length in
                withContiguous(salt) { salt in
                    secret.withMemoryRebound(to: CChar.self, capacity: max(1, length)) { secret in
                        EVP_PBE_scrypt(
                            secret, length, salt.baseAddress, salt.count, UInt64(rounds), UInt64(blockSize),
                            UInt64(parallelism), UInt64(memory), output, count)
                    }
                }
            }
        }
    }
}

/// PBKDF2 (RFC 8018, section 5.2) with HMAC-SHA256.
package enum PBKDF2 {
    package static func derive(
        from password: some Collection<UInt8>, salt: some Collection<UInt8>, rounds: Int, count: Int
    ) throws(CryptographyError) -> SecretKey {
        guard count > 0, let count = CInt(exactly: count), rounds > 0, let rounds = CInt(exactly: rounds),
            let saltCount = CInt(exactly: salt.count), let passwordCount = CInt(exactly: password.count)
        else { throw .wrongLength }
        let password = SecretKey(password)
        let output = try filled(Int(count)) { output in
            password.withBytes { secret, length in
                withContiguous(salt) { salt in
                    secret.withMemoryRebound(to: CChar.self, capacity: max(1, length)) { secret in
                        PKCS5_PBKDF2_HMAC(
                            secret, passwordCount, salt.baseAddress, saltCount, rounds, HashFunction.sha256.pointer,
                            count, output)
                    }
                }
            }
        }
        return SecretKey(output)
    }
}
