import Cryptography
import Support
import Testing

@Suite struct X25519Tests {
    @Test func publishedAgreements() throws {
        for example in try PublishedCases("rfc7748.txt", first: "COUNT", least: 3).all {
            let secret = try X25519.sharedSecret(
                of: SecretKey(try example.bytes("INPUT_SCALAR")), with: try example.bytes("INPUT_U"))
            #expect(secret.bytes == (try example.bytes("OUTPUT_U")))
        }
    }

    @Test func bothSidesAgree() throws {
        for _ in 0..<20 {
            let (one, two) = (SecretKey.random(32), SecretKey.random(32))
            let there = try X25519.sharedSecret(of: one, with: try X25519.publicKey(of: two))
            let back = try X25519.sharedSecret(of: two, with: try X25519.publicKey(of: one))
            #expect(there == back)
        }
    }

    /// RFC 7748, section 6.1: the points of small order.
    @Test func pointsOfSmallOrderAreRefused() throws {
        var one = [UInt8](repeating: 0, count: 32)
        one[0] = 1
        var last = [UInt8](repeating: 0xFF, count: 32)
        (last[0], last[31]) = (0xEC, 0x7F)
        for point in [[UInt8](repeating: 0, count: 32), one, last] {
            #expect(throws: CryptographyError.refused) {
                _ = try X25519.sharedSecret(of: SecretKey.random(32), with: point)
            }
        }
    }

    @Test func keysOfOtherLengthsAreErrors() {
        for count in [0, 31, 33] {
            #expect(throws: CryptographyError.wrongLength) { _ = try X25519.publicKey(of: SecretKey.random(count)) }
            #expect(throws: CryptographyError.wrongLength) {
                _ = try X25519.sharedSecret(of: SecretKey.random(32), with: [UInt8](repeating: 9, count: count))
            }
        }
    }
}
