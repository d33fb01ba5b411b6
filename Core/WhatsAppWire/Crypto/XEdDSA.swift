import CSodium

/// Signatures with Curve25519 keys, as libsignal makes them.
///
/// The signature is an Ed25519 one whose top bit carries the sign of the Edwards point, so that a verifier who only has
/// the Montgomery key can find the point again. Scalars and points are libsodium's, in constant time.
package enum XEdDSA {
    /// Marks the hash input of the nonce, so that it can never be taken for that of an ordinary signature.
    private static let noncePrefix: [UInt8] = [0xFE] + [UInt8](repeating: 0xFF, count: 31)

    /// - Parameter random: 64 bytes; must never be reused with another message.
    package static func sign(_ message: [UInt8], with pair: KeyPair, random: [UInt8]) -> [UInt8] {
        precondition(random.count == 64, "an XEdDSA nonce takes 64 random bytes")
        let key = pair.privateKey
        let point = multiplyBase(key)
        let nonce = reduce(Digest.sha512(noncePrefix + key + message + random))
        let commitment = multiplyBase(nonce)
        let challenge = reduce(Digest.sha512(commitment + point + message))
        var response = add(multiply(challenge, key), nonce)
        response[31] = response[31] & 0x7F | point[31] & 0x80
        return commitment + response
    }

    package static func verify(_ signature: [UInt8], of message: [UInt8], by key: PublicKey) -> Bool {
        guard signature.count == 64 else { return false }
        var plain = signature
        plain[63] &= 0x7F
        var point = edwardsY(key)
        point[31] |= signature[63] & 0x80
        return crypto_sign_verify_detached(plain, message, UInt64(message.count), point) == 0
    }

    /// y = (u - 1) / (u + 1) on the birationally equivalent curve (RFC 7748, section 4.1).
    private static func edwardsY(_ key: PublicKey) -> [UInt8] {
        let u = FieldElement(littleEndian: key.bytes)
        return ((u - .one) * (u + .one).inverse).littleEndian
    }

    private static func multiplyBase(_ scalar: [UInt8]) -> [UInt8] {
        var point = [UInt8](repeating: 0, count: 32)
        let code = crypto_scalarmult_ed25519_base_noclamp(&point, scalar)
        precondition(code == 0, "a reduced nonce or clamped key is never zero")
        return point
    }

    private static func reduce(_ wide: [UInt8]) -> [UInt8] {
        var scalar = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_reduce(&scalar, wide)
        return scalar
    }

    private static func multiply(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var scalar = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_mul(&scalar, left, right)
        return scalar
    }

    private static func add(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var scalar = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_add(&scalar, left, right)
        return scalar
    }
}
