import COpenSSL

/// AES with keys of 32 bytes (FIPS 197), in the modes that Parley's protocols use.
package enum AES {
    /// Bytes.
    package static let blockLength = 16
    package static let keyLength = 32
}

extension AES {
    /// AES-256-GCM (NIST SP 800-38D).
    package enum GCM {
        /// Bytes.
        package static let nonceLength = 12
        package static let tagLength = 16

        /// Fresh for each sealing, from the system's generator.
        package static func randomNonce() -> [UInt8] { systemRandom(nonceLength) }

        /// - Parameter nonce: never twice under one key: who has two texts sealed with the same can forge and read.
        /// - Returns: the ciphertext and, behind it, the tag.
        /// - Throws: `wrongLength` for a key or nonce of another length.
        package static func seal(
            _ plaintext: some Collection<UInt8>, key: SecretKey, nonce: some Collection<UInt8>,
            authenticating data: some Collection<UInt8> = []
        ) throws(CryptographyError) -> [UInt8] {
            let context = try CipherContext(.gcm, key: key, iv: nonce, length: nonceLength, isEncrypting: true)
            try context.authenticate(data)
            var sealed = try context.update(plaintext)
            sealed += try context.finish()
            sealed += try context.tag()
            return sealed
        }

        /// - Parameter sealed: the ciphertext and, behind it, the tag.
        /// - Throws: `refused`, and nothing of the plaintext, when the tag is not right; `wrongLength`.
        package static func open(
            _ sealed: some Collection<UInt8>, key: SecretKey, nonce: some Collection<UInt8>,
            authenticating data: some Collection<UInt8> = []
        ) throws(CryptographyError) -> [UInt8] {
            guard sealed.count >= tagLength else { throw .wrongLength }
            let context = try CipherContext(.gcm, key: key, iv: nonce, length: nonceLength, isEncrypting: false)
            try context.authenticate(data)
            var plaintext = try context.update(sealed.dropLast(tagLength))
            try context.expect(tag: Array(sealed.suffix(tagLength)))
            plaintext += try context.finish()
            return plaintext
        }
    }

    /// AES-256-CBC (NIST SP 800-38A), with PKCS #7 padding (RFC 5652, section 6.3) or without.
    package enum CBC {
        /// - Parameter isPadded: false: the length must be a multiple of the block's.
        /// - Throws: `wrongLength`.
        package static func encrypt(
            _ plaintext: some Collection<UInt8>, key: SecretKey, iv: some Collection<UInt8>, isPadded: Bool = true
        ) throws(CryptographyError) -> [UInt8] {
            guard isPadded || plaintext.count.isMultiple(of: blockLength) else { throw .wrongLength }
            return try run(plaintext, key, iv, isPadded: isPadded, isEncrypting: true)
        }

        /// Only what was authenticated before: how long it takes tells how much of the padding is right.
        /// - Throws: `refused` for a wrong padding, `wrongLength`.
        package static func decrypt(
            _ ciphertext: some Collection<UInt8>, key: SecretKey, iv: some Collection<UInt8>, isPadded: Bool = true
        ) throws(CryptographyError) -> [UInt8] {
            guard ciphertext.count.isMultiple(of: blockLength), !(isPadded && ciphertext.isEmpty) else {
                throw .wrongLength
            }
            return try run(ciphertext, key, iv, isPadded: isPadded, isEncrypting: false)
        }

        private static func run(
            _ bytes: some Collection<UInt8>, _ key: SecretKey, _ iv: some Collection<UInt8>, isPadded: Bool,
            isEncrypting: Bool
        ) throws(CryptographyError) -> [UInt8] {
            let context = try CipherContext(
                .cbc, key: key, iv: iv, length: blockLength, isEncrypting: isEncrypting, isPadded: isPadded)
            var output = try context.update(bytes)
            output += try context.finish()
            return output
        }
    }

    /// AES-256-CTR (NIST SP 800-38A) with a counter block of 16 bytes. Encrypting and decrypting are the same.
    package enum CTR {
        /// - Parameter iv: never the same counter twice under one key.
        /// - Throws: `wrongLength`.
        package static func apply(
            to bytes: some Collection<UInt8>, key: SecretKey, iv: some Collection<UInt8>
        ) throws(CryptographyError) -> [UInt8] {
            let context = try CipherContext(.ctr, key: key, iv: iv, length: blockLength, isEncrypting: true)
            var output = try context.update(bytes)
            output += try context.finish()
            return output
        }
    }
}
