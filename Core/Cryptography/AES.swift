import COpenSSL

/// AES with keys of 32 bytes (FIPS 197), in the modes that Parley's protocols use.
package enum AES {
    /// Bytes of a block.
    package static let block = 16
    /// Bytes of a key.
    package static let key = 32
}

extension AES {
    /// AES-256-GCM (NIST SP 800-38D) with nonces of 12 bytes and tags of 16.
    package enum GCM {
        package static let nonce = 12
        package static let tag = 16

        /// - Returns: the ciphertext and, behind it, the tag.
        package static func seal(
            _ plaintext: some Collection<UInt8>, key: SecretKey, nonce: some Collection<UInt8>,
            authenticating data: some Collection<UInt8> = []
        ) throws(CryptographyError) -> [UInt8] {
            let context = try CipherContext(.gcm, key: key, iv: nonce, length: Self.nonce, isEncrypting: true)
            try context.authenticate(data)
            return try context.update(plaintext) + (try context.finish()) + (try context.tag)
        }

        /// - Parameter sealed: the ciphertext and, behind it, the tag.
        /// - Throws: `refused`, and nothing of the plaintext, when the tag is not right.
        package static func open(
            _ sealed: some Collection<UInt8>, key: SecretKey, nonce: some Collection<UInt8>,
            authenticating data: some Collection<UInt8> = []
        ) throws(CryptographyError) -> [UInt8] {
            guard sealed.count >= tag else { throw .wrongLength }
            let context = try CipherContext(.gcm, key: key, iv: nonce, length: Self.nonce, isEncrypting: false)
            try context.authenticate(data)
            let plaintext = try context.update(sealed.dropLast(tag))
            try context.expect(tag: Array(sealed.suffix(tag)))
            return plaintext + (try context.finish())
        }
    }

    /// AES-256-CBC (NIST SP 800-38A), with PKCS #7 padding (RFC 5652, section 6.3) or without.
    package enum CBC {
        /// - Parameter isPadded: false: the length must be a multiple of the block's.
        package static func encrypt(
            _ plaintext: some Collection<UInt8>, key: SecretKey, iv: some Collection<UInt8>, isPadded: Bool = true
        ) throws(CryptographyError) -> [UInt8] {
            guard isPadded || plaintext.count.isMultiple(of: block) else { throw .wrongLength }
            return try run(plaintext, key, iv, isPadded: isPadded, isEncrypting: true)
        }

        package static func decrypt(
            _ ciphertext: some Collection<UInt8>, key: SecretKey, iv: some Collection<UInt8>, isPadded: Bool = true
        ) throws(CryptographyError) -> [UInt8] {
            guard ciphertext.count.isMultiple(of: block), !(isPadded && ciphertext.isEmpty) else { throw .wrongLength }
            return try run(ciphertext, key, iv, isPadded: isPadded, isEncrypting: false)
        }

        private static func run(
            _ bytes: some Collection<UInt8>, _ key: SecretKey, _ iv: some Collection<UInt8>, isPadded: Bool,
            isEncrypting: Bool
        ) throws(CryptographyError) -> [UInt8] {
            let context = try CipherContext(.cbc, key: key, iv: iv, length: block, isEncrypting: isEncrypting)
            EVP_CIPHER_CTX_set_padding(context.pointer, isPadded ? 1 : 0)
            return try context.update(bytes) + (try context.finish())
        }
    }

    /// AES-256-CTR (NIST SP 800-38A) with a counter block of 16 bytes. Encrypting and decrypting are the same.
    package enum CTR {
        package static func apply(
            to bytes: some Collection<UInt8>, key: SecretKey, iv: some Collection<UInt8>
        ) throws(CryptographyError) -> [UInt8] {
            let context = try CipherContext(.ctr, key: key, iv: iv, length: block, isEncrypting: true)
            return try context.update(bytes) + (try context.finish())
        }
    }
}
