import Cryptography

/// The three AES modes of the protocol. Keys are 32 bytes.
package enum Cipher {
    /// Wrong key size, wrong tag or wrong padding: which one is nobody's business.
    package struct Failure: Error, Equatable {}

    /// AES-256-GCM; the tag (16 bytes) is appended.
    package static func sealGCM(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        do {
            return try AES.GCM.seal(plaintext, key: SecretKey(key), nonce: nonce, authenticating: data)
        } catch { throw Failure() }
    }

    package static func openGCM(
        _ ciphertext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        do {
            return try AES.GCM.open(ciphertext, key: SecretKey(key), nonce: nonce, authenticating: data)
        } catch { throw Failure() }
    }

    /// AES-256-CBC; PKCS #7 padding unless `padded` is false, when the length must be a multiple of 16.
    package static func encryptCBC(
        _ plaintext: [UInt8], key: [UInt8], iv: [UInt8], padded: Bool = true
    ) throws(Failure) -> [UInt8] {
        do {
            return try AES.CBC.encrypt(plaintext, key: SecretKey(key), iv: iv, isPadded: padded)
        } catch { throw Failure() }
    }

    package static func decryptCBC(
        _ ciphertext: [UInt8], key: [UInt8], iv: [UInt8], padded: Bool = true
    ) throws(Failure) -> [UInt8] {
        guard !ciphertext.isEmpty else { throw Failure() }
        do {
            return try AES.CBC.decrypt(ciphertext, key: SecretKey(key), iv: iv, isPadded: padded)
        } catch { throw Failure() }
    }

    /// AES-256-CTR with a 16-byte counter block; encrypting and decrypting are the same.
    package static func applyCTR(_ bytes: [UInt8], key: [UInt8], iv: [UInt8]) throws(Failure) -> [UInt8] {
        do {
            return try AES.CTR.apply(to: bytes, key: SecretKey(key), iv: iv)
        } catch { throw Failure() }
    }
}
