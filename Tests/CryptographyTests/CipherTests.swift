import Cryptography
import Support
import Testing

@Suite struct CipherTests {
    @Test func publishedSealings() throws {
        for example in try PublishedCases("gcmEncryptExtIV256.rsp", first: "Count", least: 375).all {
            let (key, nonce) = (SecretKey(try example.bytes("Key")), try example.bytes("IV"))
            let (plaintext, data) = (try example.bytes("PT"), try example.bytes("AAD"))
            let sealed = try AES.GCM.seal(plaintext, key: key, nonce: nonce, authenticating: data)
            #expect(sealed == (try example.bytes("CT") + example.bytes("Tag")))
            #expect(try AES.GCM.open(sealed, key: key, nonce: nonce, authenticating: data) == plaintext)
        }
    }

    @Test func publishedOpenings() throws {
        var refused = 0
        for example in try PublishedCases("gcmDecrypt256.rsp", first: "Count", least: 375).all {
            let (key, nonce) = (SecretKey(try example.bytes("Key")), try example.bytes("IV"))
            let sealed = try example.bytes("CT") + example.bytes("Tag")
            let data = try example.bytes("AAD")
            guard example.isFailure else {
                #expect(
                    try AES.GCM.open(sealed, key: key, nonce: nonce, authenticating: data) == (try example.bytes("PT")))
                continue
            }
            refused += 1
            #expect(throws: CryptographyError.refused) {
                _ = try AES.GCM.open(sealed, key: key, nonce: nonce, authenticating: data)
            }
        }
        #expect(refused > 50, "the file has cases that must be refused")
    }

    @Test(arguments: ["GFSbox", "KeySbox", "MMT", "VarKey", "VarTxt"]) func publishedChains(_ name: String) throws {
        for example in try PublishedCases("CBC\(name)256.rsp", first: "COUNT", least: 5).all {
            let (key, iv) = (SecretKey(try example.bytes("KEY")), try example.bytes("IV"))
            let (plaintext, ciphertext) = (try example.bytes("PLAINTEXT"), try example.bytes("CIPHERTEXT"))
            #expect(try AES.CBC.encrypt(plaintext, key: key, iv: iv, isPadded: false) == ciphertext)
            #expect(try AES.CBC.decrypt(ciphertext, key: key, iv: iv, isPadded: false) == plaintext)
        }
    }

    @Test func publishedCounters() throws {
        for example in try PublishedCases("aes-256-ctr.txt", first: "COUNT", least: 3).all {
            let (key, iv) = (SecretKey(try example.bytes("KEY")), try example.bytes("IV"))
            #expect(
                try AES.CTR.apply(to: try example.bytes("PLAINTEXT"), key: key, iv: iv)
                    == (try example.bytes("CIPHERTEXT")))
        }
    }

    @Test func anyBitThatChangesIsSeen() throws {
        let (key, nonce) = (SecretKey.random(32), SecretKey.random(12).bytes)
        let sealed = try AES.GCM.seal([1, 2, 3], key: key, nonce: nonce, authenticating: [4])
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptographyError.refused) {
                _ = try AES.GCM.open(changed, key: key, nonce: nonce, authenticating: [4])
            }
        }
        #expect(throws: CryptographyError.refused) { _ = try AES.GCM.open(sealed, key: key, nonce: nonce) }
        #expect(throws: CryptographyError.refused) {
            _ = try AES.GCM.open(sealed, key: SecretKey.random(32), nonce: nonce, authenticating: [4])
        }
    }

    @Test func lengthsThatNoKeyHasAreErrors() {
        let (key, nonce) = (SecretKey.random(32), [UInt8](repeating: 0, count: 12))
        for count in [0, 16, 31, 33] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try AES.GCM.seal([1], key: SecretKey.random(count), nonce: nonce)
            }
        }
        for count in [0, 11, 13, 16] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try AES.GCM.seal([1], key: key, nonce: [UInt8](repeating: 0, count: count))
            }
        }
        for count in [0, 15] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try AES.GCM.open([UInt8](repeating: 0, count: count), key: key, nonce: nonce)
            }
        }
        for (count, isPadded) in [(0, true), (15, true), (17, false)] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try AES.CBC.decrypt(
                    [UInt8](repeating: 0, count: count), key: key, iv: [UInt8](repeating: 0, count: 16),
                    isPadded: isPadded)
            }
        }
    }

    @Test func paddingComesAndGoes() throws {
        let (key, iv) = (SecretKey.random(32), SecretKey.random(16).bytes)
        for count in 0...33 {
            let plaintext = [UInt8](repeating: 7, count: count)
            let ciphertext = try AES.CBC.encrypt(plaintext, key: key, iv: iv)
            #expect(ciphertext.count == (count / 16 + 1) * 16)
            #expect(try AES.CBC.decrypt(ciphertext, key: key, iv: iv) == plaintext)
        }
        let unpadded = try AES.CBC.encrypt([UInt8](repeating: 0x55, count: 16), key: key, iv: iv, isPadded: false)
        #expect(throws: CryptographyError.refused) { _ = try AES.CBC.decrypt(unpadded, key: key, iv: iv) }
    }
}
