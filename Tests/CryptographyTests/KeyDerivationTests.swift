import Cryptography
import Support
import Testing

@Suite struct KeyDerivationTests {
    @Test(arguments: [("rfc-5869-HKDF-SHA256.txt", HashFunction.sha256, 3), ("rfc-5869-HKDF-SHA1.txt", .sha1, 4)])
    func publishedKeys(_ file: String, _ function: HashFunction, _ count: Int) throws {
        let cases = try PublishedCases(file, first: "COUNT", least: count).all
        #expect(cases.count == count)
        for example in cases {
            let key = try HKDF.derive(
                from: SecretKey(try example.bytes("IKM")), salt: try example.bytes("salt"),
                info: try example.bytes("info"), count: try #require(example.number("L")), function)
            #expect(key.bytes == (try example.bytes("OKM")))
        }
    }

    @Test func aKeyIsNeverLongerThanTheStandardAllows() throws {
        #expect(try HKDF.derive(from: SecretKey([1]), info: [], count: 255 * 32).count == 255 * 32)
        for count in [0, -1, 255 * 32 + 1] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try HKDF.derive(from: SecretKey([1]), info: [], count: count)
            }
        }
    }

    /// RFC 7914, section 12; its fourth case takes a gigabyte.
    @Test func publishedPasswordHashes() throws {
        for example in try PublishedCases("scrypt.txt", first: "COUNT", least: 3).all {
            let rounds = try #require(example.number("N"))
            guard rounds < 1 << 20 else { continue }
            let hash = try Scrypt.derive(
                from: try example.text("PASSWORD").utf8, salt: try example.text("SALT").utf8, rounds: rounds,
                blockSize: try #require(example.number("r")), parallelism: try #require(example.number("p")),
                count: try #require(example.number("LENGTH")))
            #expect(hash == (try example.bytes("DERIVED_KEY")))
        }
    }

    @Test func whatScryptDoesNotTakeIsAnError() {
        for (rounds, blockSize, parallelism, count) in [
            (3, 8, 1, 32), (1, 8, 1, 32), (0, 8, 1, 32), (-2, 8, 1, 32), (.min, 8, 1, 32), (.max, 8, 1, 32),
            (16, 0, 1, 32),
            (16, .max, 1, 32), (16, 8, 0, 32), (16, 8, .max, 32), (16, 8, 1, 0), (16, 8, 1, .max),
        ] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try Scrypt.derive(
                    from: [1], salt: [2], rounds: rounds, blockSize: blockSize, parallelism: parallelism, count: count)
            }
        }
    }

    /// RFC 7914, section 11.
    @Test func publishedStretchedKeys() throws {
        let first = try PBKDF2.derive(from: "passwd".utf8, salt: "salt".utf8, rounds: 1, count: 64)
        #expect(
            first.bytes.hex
                == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783")
        let second = try PBKDF2.derive(from: "Password".utf8, salt: "NaCl".utf8, rounds: 80_000, count: 64)
        #expect(
            second.bytes.hex
                == "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d")
        for (rounds, count) in [(0, 32), (-1, 32), (1, 0), (1, -1), (1 << 40, 32)] {
            #expect(throws: CryptographyError.wrongLength) {
                _ = try PBKDF2.derive(from: [], salt: [], rounds: rounds, count: count)
            }
        }
    }

    @Test func aSecretPrintsNothingOfItself() {
        let key = SecretKey("very secret".utf8)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
            #expect(!text.contains("very") && !text.contains("118"))
        }
        #expect(key == SecretKey("very secret".utf8) && key != SecretKey("very secreT".utf8))
        #expect(SecretKey.random(32) != SecretKey.random(32) && SecretKey.random(32).count == 32)
    }
}
