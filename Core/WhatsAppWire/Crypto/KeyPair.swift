import Cryptography

/// A Curve25519 key pair, for key agreement and for XEdDSA signatures.
package struct KeyPair: Sendable, Equatable {
    /// 32 bytes, clamped. Never logged: the descriptions below leave it out.
    package let privateKey: [UInt8]
    package let publicKey: PublicKey

    package init(privateKey: some Collection<UInt8>) throws(KeyError) {
        guard privateKey.count == 32 else { throw .malformed }
        var scalar = Array(privateKey)
        scalar[0] &= 248
        scalar[31] = scalar[31] & 127 | 64
        do {
            publicKey = try PublicKey(X25519.publicKey(of: SecretKey(scalar)))
            self.privateKey = scalar
        } catch { throw .malformed }
    }

    package static func generate(using random: inout some RandomNumberGenerator) -> KeyPair {
        while true {
            if let pair = try? KeyPair(privateKey: random.bytes(32)) { return pair }
        }
    }

    /// X25519 (RFC 7748).
    package func sharedSecret(with other: PublicKey) throws(KeyError) -> [UInt8] {
        do {
            return try X25519.sharedSecret(of: SecretKey(privateKey), with: other.bytes).bytes
        } catch { throw .weak }
    }

    package func sign(_ message: [UInt8], using random: inout some RandomNumberGenerator) -> [UInt8] {
        XEdDSA.sign(message, with: self, random: random.bytes(64))
    }

    package static func == (left: KeyPair, right: KeyPair) -> Bool {
        equalInConstantTime(left.privateKey, right.privateKey)
    }
}

extension KeyPair: CustomStringConvertible, CustomReflectable {
    package var description: String { "KeyPair(\(Base64.encode(publicKey.bytes)))" }
    package var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
