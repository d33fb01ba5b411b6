import Cryptography
import Support
import Testing

@Suite struct HashTests {
    @Test(arguments: [
        ("rfc-1321.txt", HashFunction.md5, 7), ("SHA1ShortMsg.rsp", .sha1, 65), ("SHA256ShortMsg.rsp", .sha256, 65),
        ("SHA512ShortMsg.rsp", .sha512, 129),
    ])
    func publishedHashes(_ file: String, _ function: HashFunction, _ count: Int) throws {
        let cases = try PublishedCases(file, first: "Len", least: count).all
        #expect(cases.count == count)
        for example in cases {
            let bits = try #require(example.number("Len"))
            let message = Array(try example.bytes("Msg").prefix(bits / 8))
            #expect(function.hash(message) == (try example.bytes("MD")))
            #expect(function.length == (try example.bytes("MD")).count)
        }
    }

    @Test func aHashInPiecesIsTheHashOfTheWhole() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for cut in [0, 1, 63, 64, 65, 500, 1000] {
            var running = RunningHash(.sha256)
            running.update(message[..<cut])
            // Asking for it ends nothing.
            #expect(running.hash == HashFunction.sha256.hash(message[..<cut]))
            running.update(message[cut...])
            #expect(running.hash == HashFunction.sha256.hash(message))
        }
    }

    @Test func copiesGoOnIndependently() {
        var one = RunningHash(.sha1)
        one.update([1])
        var two = one
        two.update([2])
        one.update([3])
        #expect(one.hash == HashFunction.sha1.hash([1, 3]))
        #expect(two.hash == HashFunction.sha1.hash([1, 2]))
        var three = RunningHMAC(key: SecretKey([9]))
        three.update([1])
        var four = three
        four.update([2])
        #expect(three.code == HMAC.code(for: [1], key: SecretKey([9])))
        #expect(four.code == HMAC.code(for: [1, 2], key: SecretKey([9])))
    }

    @Test(arguments: [
        ("rfc-2202-md5.txt", HashFunction.md5), ("rfc-2202-sha1.txt", .sha1), ("rfc-4231-sha256.txt", .sha256),
        ("rfc-4231-sha512.txt", .sha512),
    ])
    func publishedCodes(_ file: String, _ function: HashFunction) throws {
        for example in try PublishedCases(file, first: "Len", least: 6).all {
            let (key, message) = (SecretKey(try example.bytes("Key")), try example.bytes("Msg"))
            let code = try example.bytes("MD")
            #expect(HMAC.code(for: message, key: key, function) == code)
            #expect(HMAC.isValid(code, for: message, key: key, function))
            #expect(!HMAC.isValid(code.dropLast(), for: message, key: key, function))
            #expect(!HMAC.isValid(code, for: message + [0], key: key, function))
        }
    }

    @Test func nothingIsHashedAndSigned() {
        // The hash that every table of SHA-256 begins with, and the code of nothing under no key.
        #expect(
            HashFunction.sha256.hash([UInt8]()).hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(HashFunction.sha256.hash("".utf8) == HashFunction.sha256.hash([UInt8]()))
        #expect(
            HMAC.code(for: [], key: SecretKey([])).hex
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func comparisonsTakeTheWholeOfBoth() {
        #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!equalInConstantTime([1, 2, 3], [0, 2, 3]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2]))
        #expect(equalInConstantTime([UInt8](), []))
        #expect(equalInConstantTime("abc".utf8, Array("abc".utf8)))
    }
}
