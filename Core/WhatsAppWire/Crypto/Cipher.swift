import Crypto
import CryptoExtras
import FoundationEssentials

/// The three AES modes of the protocol. Keys are 32 bytes.
package enum Cipher {
    /// Wrong key size, wrong tag or wrong padding: which one is nobody's business.
    package struct Failure: Error, Equatable {}

    /// AES-256-GCM; the tag (16 bytes) is appended.
    package static func sealGCM(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(
                plaintext, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: nonce), authenticating: data)
            return Array(box.ciphertext) + Array(box.tag)
        } catch { throw Failure() }
    }

    package static func openGCM(
        _ ciphertext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        guard ciphertext.count >= 16 else { throw Failure() }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext.dropLast(16), tag: ciphertext.suffix(16))
            return Array(try AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: data))
        } catch { throw Failure() }
    }

    /// AES-256-CBC; PKCS #7 padding unless `padded` is false, when the length must be a multiple of 16.
    package static func encryptCBC(
        _ plaintext: [UInt8], key: [UInt8], iv: [UInt8], padded: Bool = true
    ) throws(Failure) -> [UInt8] {
        do {
            return Array(
                try AES._CBC.encrypt(
                    plaintext, using: SymmetricKey(data: key), iv: AES._CBC.IV(ivBytes: iv), noPadding: !padded))
        } catch { throw Failure() }
    }

    package static func decryptCBC(
        _ ciphertext: [UInt8], key: [UInt8], iv: [UInt8], padded: Bool = true
    ) throws(Failure) -> [UInt8] {
        guard ciphertext.count.isMultiple(of: 16), !ciphertext.isEmpty else { throw Failure() }
        do {
            return Array(
                try AES._CBC.decrypt(
                    ciphertext, using: SymmetricKey(data: key), iv: AES._CBC.IV(ivBytes: iv), noPadding: !padded))
        } catch { throw Failure() }
    }

    /// AES-256-CTR with a 16-byte counter block; encrypting and decrypting are the same.
    package static func applyCTR(_ bytes: [UInt8], key: [UInt8], iv: [UInt8]) throws(Failure) -> [UInt8] {
        do {
            return Array(
                try AES._CTR.encrypt(
                    bytes, using: SymmetricKey(data: key), nonce: AES._CTR.Nonce(nonceBytes: iv)))
        } catch { throw Failure() }
    }
}
