import Cryptography

package enum Digest {
    package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        HashFunction.sha256.hash(bytes)
    }

    package static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        HashFunction.sha512.hash(bytes)
    }

    package static func md5(_ bytes: [UInt8]) -> [UInt8] {
        HashFunction.md5.hash(bytes)
    }

    package static func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        HMAC.code(for: bytes, key: SecretKey(key))
    }

    /// HKDF-SHA256 (RFC 5869), extract and expand. An empty salt stands for 32 zero bytes.
    package static func hkdf(_ secret: [UInt8], salt: [UInt8] = [], info: String, count: Int) -> [UInt8] {
        do {
            return try HKDF.derive(from: SecretKey(secret), salt: salt, info: info.utf8, count: count).bytes
        } catch { preconditionFailure("the protocol's keys are far shorter than HKDF allows") }
    }
}
