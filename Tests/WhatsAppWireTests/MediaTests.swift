import Support
import Testing

@testable import WhatsAppWire

@Suite struct MediaTests {
    struct File: Decodable {
        struct Keys: Decodable { let iv, cipherKey, macKey, refKey: Hex }
        struct Image: Decodable {
            let plaintext, encryptedBlob, fileSha256, fileEncSha256: Hex
            let fileLength: Int
            let uploadTokenPadded: String
        }
        let mediaKey: Hex
        let expanded: [String: Keys]
        let image: Image
    }

    @Test func keysExpandAsTheVectorsHaveThem() throws {
        let file = try Vectors.load("media.json", as: File.self)
        #expect(file.expanded.count >= 7)
        for (name, expected) in file.expanded {
            let kind = try #require(name == "appstate" ? .appState : MediaKind(rawValue: name))
            let keys = try MediaKeys(file.mediaKey.bytes, kind: kind)
            #expect(keys.iv == expected.iv.bytes, "\(name)")
            #expect(keys.cipherKey == expected.cipherKey.bytes, "\(name)")
            #expect(keys.macKey == expected.macKey.bytes, "\(name)")
            #expect(keys.referenceKey == expected.refKey.bytes, "\(name)")
        }
        #expect(throws: MediaError.badKey) { try MediaKeys([1, 2], kind: .image) }
    }

    @Test func theVectorsFile() throws {
        let file = try Vectors.load("media.json", as: File.self)
        let image = file.image
        let (bytes, digest) = try MediaEncryptor.encrypt(
            image.plaintext.bytes, mediaKey: file.mediaKey.bytes, kind: .image)
        #expect(bytes == image.encryptedBlob.bytes)
        #expect(
            digest
                == MediaDigest(
                    sha256: image.fileSha256.bytes, encryptedSHA256: image.fileEncSha256.bytes,
                    length: image.fileLength))
        #expect(digest.uploadToken == image.uploadTokenPadded)
        let plain = try MediaDecryptor.decrypt(bytes, mediaKey: file.mediaKey.bytes, kind: .image, digest: digest)
        #expect(plain == image.plaintext.bytes)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 31, 32, 33, 1000, 65536 + 5])
    func anyLengthInAnyChunks(length: Int) throws {
        var random = SeededGenerator(seed: UInt64(length))
        let key = random.bytes(32)
        let file = random.bytes(length)
        let (whole, digest) = try MediaEncryptor.encrypt(file, mediaKey: key, kind: .video)
        for chunk in [1, 7, 16, 4096] where length < 2000 || chunk > 16 {
            var encryptor = try MediaEncryptor(mediaKey: key, kind: .video)
            var encrypted: [UInt8] = []
            for part in file.chunks(chunk) { encrypted += try encryptor.update(part) }
            let (tail, sameDigest) = try encryptor.finish()
            #expect(encrypted + tail == whole)
            #expect(sameDigest == digest)

            var verifier = try MediaVerifier(mediaKey: key, kind: .video, digest: digest, limit: whole.count)
            for part in whole.chunks(chunk) { try verifier.update(part) }
            var decryptor = try verifier.finish()
            var decrypted: [UInt8] = []
            for part in whole.chunks(chunk) { decrypted += try decryptor.update(part) }
            decrypted += try decryptor.finish()
            #expect(decrypted == file)
        }
    }

    @Test func whatIsNotTheAnnouncedFileIsRefused() throws {
        let key = [UInt8](repeating: 9, count: 32)
        let (file, digest) = try MediaEncryptor.encrypt([1, 2, 3], mediaKey: key, kind: .document)
        func open(_ bytes: [UInt8], _ digest: MediaDigest, kind: MediaKind = .document) throws(MediaError) {
            _ = try MediaDecryptor.decrypt(bytes, mediaKey: key, kind: kind, digest: digest)
        }
        var altered = file
        altered[0] ^= 1
        #expect(throws: MediaError.wrongEncryptedHash) { try open(altered, digest) }
        // Even when the announcement matches the altered bytes, the MAC does not.
        let forged = MediaDigest(sha256: digest.sha256, encryptedSHA256: Digest.sha256(altered), length: 3)
        #expect(throws: MediaError.badMAC) { try open(altered, forged) }
        var cut = file
        cut[file.count - 1] ^= 1
        let forgedTag = MediaDigest(sha256: digest.sha256, encryptedSHA256: Digest.sha256(cut), length: 3)
        #expect(throws: MediaError.badMAC) { try open(cut, forgedTag) }
        #expect(throws: MediaError.badMAC) { try open(file, digest, kind: .image) }
        #expect(throws: MediaError.malformed) { try open(Array(file.dropLast()), digest) }
        #expect(throws: MediaError.malformed) { try open([], digest) }
        let otherFile = MediaDigest(
            sha256: Digest.sha256([9]), encryptedSHA256: digest.encryptedSHA256, length: 3)
        #expect(throws: MediaError.wrongHash) { try open(file, otherFile) }
        let otherLength = MediaDigest(
            sha256: digest.sha256, encryptedSHA256: digest.encryptedSHA256, length: 4)
        #expect(throws: MediaError.wrongLength) { try open(file, otherLength) }
        var verifier = try MediaVerifier(mediaKey: key, kind: .document, digest: digest, limit: 10)
        #expect(throws: MediaError.tooLarge(limit: 10)) { try verifier.update(file) }
    }

    @Test func aFileThatShrankBetweenThePassesIsNoticed() throws {
        let key = [UInt8](repeating: 9, count: 32)
        let (file, digest) = try MediaEncryptor.encrypt(
            [UInt8](repeating: 7, count: 40), mediaKey: key, kind: .audio)
        var verifier = try MediaVerifier(mediaKey: key, kind: .audio, digest: digest, limit: 1000)
        try verifier.update(file)
        var decryptor = try verifier.finish()
        _ = try decryptor.update(Array(file.prefix(16)))
        #expect(throws: MediaError.outOfOrder) { try decryptor.finish() }
    }
}

extension [UInt8] {
    func chunks(_ size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
