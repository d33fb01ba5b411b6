import Cryptography

/// Encrypts a file as it is read: feed chunks, write what comes out, then `finish`.
package struct MediaEncryptor: Sendable {
    private var stream: BlockCipherStream
    private var mac: RunningHMAC
    private var plainHash = RunningHash(.sha256)
    private var encryptedHash = RunningHash(.sha256)
    private var length = 0

    /// - Parameter mediaKey: 32 random bytes, fresh for every file.
    package init(mediaKey: [UInt8], kind: MediaKind) throws(MediaError) {
        let keys = try MediaKeys(mediaKey, kind: kind)
        stream = BlockCipherStream(key: keys.cipherKey, iv: keys.iv)
        mac = RunningHMAC(key: SecretKey(keys.macKey))
        mac.update(keys.iv)
    }

    package mutating func update(_ chunk: [UInt8]) throws(MediaError) -> [UInt8] {
        plainHash.update(chunk)
        length += chunk.count
        do { return absorb(try stream.encrypt(chunk)) } catch { throw .malformed }
    }

    /// The last bytes of the file, and what the message has to say about it.
    package mutating func finish() throws(MediaError) -> (tail: [UInt8], digest: MediaDigest) {
        let last: [UInt8]
        do { last = absorb(try stream.finishEncrypting()) } catch { throw .malformed }
        let tag = Array(mac.code.prefix(MediaVerifier.macLength))
        encryptedHash.update(tag)
        let digest = MediaDigest(
            sha256: plainHash.hash, encryptedSHA256: encryptedHash.hash, length: length)
        return (last + tag, digest)
    }

    private mutating func absorb(_ ciphertext: [UInt8]) -> [UInt8] {
        mac.update(ciphertext)
        encryptedHash.update(ciphertext)
        return ciphertext
    }

    /// A whole file at once.
    package static func encrypt(
        _ file: [UInt8], mediaKey: [UInt8], kind: MediaKind
    ) throws(MediaError) -> (bytes: [UInt8], digest: MediaDigest) {
        var encryptor = try MediaEncryptor(mediaKey: mediaKey, kind: kind)
        let body = try encryptor.update(file)
        let (tail, digest) = try encryptor.finish()
        return (body + tail, digest)
    }
}
