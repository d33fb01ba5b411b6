import Domain
import FoundationEssentials
import Support
import Testing
import Web

@testable import Access

@Suite struct PasswordHasherTests {
    private struct File: Decodable {
        struct Vector: Decodable, Sendable {
            var password: String
            var salt: String
            var log_rounds: Int
            var block_size: Int
            var parallelism: Int
            var hash: String
        }
        var vectors: [Vector]
    }

    private static let quick = PasswordHasher.Cost(logRounds: 4, blockSize: 8, parallelism: 1)

    @Test func publishedVectorsVerify() throws {
        let vectors = try Vectors.load("scrypt.json", as: File.self).vectors
        #expect(!vectors.isEmpty)
        let hasher = PasswordHasher(cost: Self.quick, randomness: .system)
        for vector in vectors {
            let hash = try #require(PostgresHex.bytes(vector.hash)).prefix(32)
            let stored =
                "$scrypt$ln=\(vector.log_rounds),r=\(vector.block_size),p=\(vector.parallelism)"
                + "$\(Base64URL.encode(vector.salt.utf8))$\(Base64URL.encode(hash))"
            #expect(try hasher.verify(vector.password, against: stored) == .rightButStale)
            #expect(try hasher.verify(vector.password + "x", against: stored) == .wrong)
        }
    }

    @Test func aHashVerifiesAndIsSaltedAnew() throws {
        let hasher = PasswordHasher(cost: Self.quick, randomness: .system)
        let (one, two) = (try hasher.hash("pässword"), try hasher.hash("pässword"))
        #expect(one != two)
        #expect(try hasher.verify("pässword", against: one) == .right)
        #expect(try hasher.verify("password", against: one) == .wrong)
        #expect(try hasher.verify("", against: one) == .wrong)
    }

    @Test(arguments: [
        nil, "", "x", "$scrypt$ln=60,r=8,p=1$AA$AA", "$scrypt$ln=4,r=8$AA$AA", "$argon2id$ln=4,r=8,p=1$AA$AA",
        "$scrypt$ln=-1,r=8,p=1$AA$AA", "$scrypt$ln=4,r=8,p=1$!$!",
    ])
    func damagedAndMissingHashesAreWrongPasswords(stored: String?) throws {
        #expect(try PasswordHasher(cost: Self.quick, randomness: .system).verify("", against: stored) == .wrong)
    }

    /// The dummy hash: no account costs what an account costs. In CPU time of this thread, taken in turn: what else runs
    /// on the machine stretches neither.
    @Test func anUnknownAccountTakesAsLongAsAKnownOne() throws {
        let hasher = PasswordHasher(cost: .init(logRounds: 13, blockSize: 8, parallelism: 1), randomness: .system)
        let stored = try hasher.hash("password")
        func cost(_ stored: String?) throws -> Double {
            let began = ProcessorTime.ofThread
            _ = try hasher.verify("guess", against: stored)
            return ProcessorTime.ofThread - began
        }
        let pairs = try (0..<9).map { _ in (try cost(stored), try cost(nil)) }
        let known = pairs.map(\.0).min() ?? 0
        let unknown = pairs.map(\.1).min() ?? 0
        #expect(unknown > known * 0.5 && unknown < known * 2, "known \(known), unknown \(unknown)")
    }

    @Test func theRecommendedCostIsOwasps() {
        // OWASP Password Storage Cheat Sheet: N=2^15, r=8, p=3.
        #expect(PasswordHasher.Cost.recommended == .init(logRounds: 15, blockSize: 8, parallelism: 3))
    }
}

private enum PostgresHex {
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return bytes.contains(nil) ? nil : bytes.compactMap { $0 }
    }
}
