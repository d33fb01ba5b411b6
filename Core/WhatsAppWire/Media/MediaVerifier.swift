import Cryptography

/// The first pass over a downloaded file. Only its `finish` hands out a decryptor, so that nothing is released from a file
/// whose hash and MAC were not checked.
package struct MediaVerifier: Sendable {
    static let macLength = 10

    private let keys: MediaKeys
    private let digest: MediaDigest
    private let limit: Int
    private var mac: RunningHMAC
    private var hash = RunningHash(.sha256)
    private var tail: [UInt8] = []
    private var length = 0

    /// - Parameters:
    ///   - digest: what the message announced. A length of 0 is taken for "not said".
    ///   - limit: the largest encrypted file taken, in bytes.
    package init(mediaKey: [UInt8], kind: MediaKind, digest: MediaDigest, limit: Int) throws(MediaError) {
        keys = try MediaKeys(mediaKey, kind: kind)
        self.digest = digest
        self.limit = limit
        mac = RunningHMAC(key: SecretKey(keys.macKey))
        mac.update(keys.iv)
    }

    package mutating func update(_ chunk: [UInt8]) throws(MediaError) {
        length += chunk.count
        guard length <= limit else { throw .tooLarge(limit: limit) }
        hash.update(chunk)
        tail += chunk
        let ready = tail.count - Self.macLength
        guard ready > 0 else { return }
        mac.update(tail[..<ready])
        tail.removeFirst(ready)
    }

    package consuming func finish() throws(MediaError) -> MediaDecryptor {
        guard length > Self.macLength, (length - Self.macLength).isMultiple(of: BlockCipherStream.blockLength) else {
            throw .malformed
        }
        guard equalInConstantTime(hash.hash, digest.encryptedSHA256) else { throw .wrongEncryptedHash }
        guard equalInConstantTime(mac.code.prefix(Self.macLength), tail) else { throw .badMAC }
        return MediaDecryptor(keys: keys, digest: digest, length: length - Self.macLength)
    }
}

/// The second pass, over the same bytes: decrypts as they are read.
package struct MediaDecryptor: Sendable {
    private var stream: BlockCipherStream
    private var hash = RunningHash(.sha256)
    private let digest: MediaDigest
    private let ciphertextLength: Int
    private var consumed = 0
    private var produced = 0

    init(keys: MediaKeys, digest: MediaDigest, length: Int) {
        stream = BlockCipherStream(key: keys.cipherKey, iv: keys.iv)
        self.digest = digest
        ciphertextLength = length
    }

    package mutating func update(_ chunk: [UInt8]) throws(MediaError) -> [UInt8] {
        let ciphertext = chunk.prefix(max(0, ciphertextLength - consumed))
        consumed += ciphertext.count
        do { return absorb(try stream.decrypt(ciphertext)) } catch { throw .malformed }
    }

    /// The last bytes. Throws when the plain file is not the one announced: discard what was written.
    package mutating func finish() throws(MediaError) -> [UInt8] {
        guard consumed == ciphertextLength else { throw .outOfOrder }
        let last: [UInt8]
        do { last = absorb(try stream.finishDecrypting()) } catch { throw .badPadding }
        guard equalInConstantTime(hash.hash, digest.sha256) else { throw .wrongHash }
        guard digest.length == 0 || digest.length == produced else { throw .wrongLength }
        return last
    }

    private mutating func absorb(_ plaintext: [UInt8]) -> [UInt8] {
        hash.update(plaintext)
        produced += plaintext.count
        return plaintext
    }

    /// A whole file at once, both passes.
    package static func decrypt(
        _ file: [UInt8], mediaKey: [UInt8], kind: MediaKind, digest: MediaDigest
    ) throws(MediaError) -> [UInt8] {
        var verifier = try MediaVerifier(mediaKey: mediaKey, kind: kind, digest: digest, limit: .max)
        try verifier.update(file)
        var decryptor = try verifier.finish()
        let body = try decryptor.update(file)
        return body + (try decryptor.finish())
    }
}
