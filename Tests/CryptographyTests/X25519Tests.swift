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

    /// The u-coordinates of the points of order 1, 2, 4 and 8, also written beyond the prime and with the bit that is ignored. The two
    /// of order 8: D. J. Bernstein, "Curve25519: new Diffie-Hellman speed records", and its web page.
    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
    ])
    func pointsOfSmallOrderAreRefused(_ point: String) throws {
        let bytes = stride(from: 0, to: 64, by: 2).map { place in
            let start = point.index(point.startIndex, offsetBy: place)
            return UInt8(point[start..<point.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
        #expect(throws: CryptographyError.refused) {
            _ = try X25519.sharedSecret(of: SecretKey.random(32), with: bytes)
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
