import COpenSSL

/// HKDF (RFC 5869), extract and expand. An empty salt stands for zeros of the hash's length.
package enum HKDF {
    /// - Parameter count: bytes of the new key, at most 255 times the hash's length.
    /// - Throws: `wrongLength` for another count.
    package static func derive(
        from secret: SecretKey, salt: some Collection<UInt8> = [], info: some Collection<UInt8>, count: Int,
        _ function: HashFunction = .sha256
    ) throws(CryptographyError) -> SecretKey {
        guard (1...255 * function.length).contains(count) else { throw .wrongLength }
        let root = extract(secret, salt: salt, function)
        var (output, block): ([UInt8], [UInt8]) = ([], [])
        output.reserveCapacity(count + function.length)
        defer { for index in output.indices { output[index] = 0 } }
        for number in 1...((count + function.length - 1) / function.length) {
            let context = HMACContext(key: root, function)
            context.update(block)
            context.update(info)
            context.update([UInt8(number)])
            block = context.finish(function)
            output += block
        }
        return SecretKey(output.prefix(count))
    }

    private static func extract(
        _ secret: SecretKey, salt: some Collection<UInt8>, _ function: HashFunction
    ) -> SecretKey {
        let zeros = [UInt8](repeating: 0, count: function.length)
        let key = salt.isEmpty ? SecretKey(zeros) : SecretKey(salt)
        return SecretKey(
            secret.withBytes { HMAC.code(for: UnsafeBufferPointer(start: $0, count: $1), key: key, function) })
    }
}
