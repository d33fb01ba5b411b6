import Cryptography
package import Domain
import FoundationEssentials
import Web

/// scrypt (RFC 7914) with the parameters stored beside the hash: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, both unpadded
/// base64url. Source of the default: OWASP Password Storage Cheat Sheet, the row that fits a 128 MB function
/// (N=2^15, r=8, p=3: 32 MB and about a quarter of a second).
package struct PasswordHasher: Sendable {
    package struct Cost: Sendable, Equatable {
        /// N is 2 to this power.
        package var logRounds: Int
        package var blockSize: Int
        package var parallelism: Int

        package init(logRounds: Int, blockSize: Int, parallelism: Int) {
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        package static let recommended = Cost(logRounds: 15, blockSize: 8, parallelism: 3)
    }

    package enum Verdict: Sendable, Equatable {
        case right
        /// Right, but hashed with other parameters than today's: hash it again.
        case rightButStale
        case wrong
    }

    private let cost: Cost
    private let randomness: Randomness

    package init(cost: Cost = .recommended, randomness: Randomness) {
        self.cost = cost
        self.randomness = randomness
    }

    package func hash(_ password: String) throws -> String {
        let salt = randomness.bytes(16)
        return StoredHash(cost: cost, salt: salt, hash: try Self.derive(password, salt: salt, cost: cost)).text
    }

    /// Takes the same time for an unknown account (`stored` is `nil`) as for a wrong password.
    package func verify(_ password: String, against stored: String?) throws -> Verdict {
        guard let stored = stored.flatMap(StoredHash.init) else {
            _ = try Self.derive(password, salt: Array("nobody's salt...".utf8), cost: cost)
            return .wrong
        }
        let hash = try Self.derive(password, salt: stored.salt, cost: stored.cost)
        guard equalInConstantTime(hash, stored.hash) else { return .wrong }
        return stored.cost == cost ? .right : .rightButStale
    }

    private static func derive(_ password: String, salt: [UInt8], cost: Cost) throws -> [UInt8] {
        try Scrypt.derive(
            from: password.utf8, salt: salt, rounds: 1 << cost.logRounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism, count: 32)
    }
}

/// The PHC string format, scrypt only.
private struct StoredHash {
    var cost: PasswordHasher.Cost
    var salt: [UInt8]
    var hash: [UInt8]

    init(cost: PasswordHasher.Cost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: true)
        guard parts.count == 4, parts[0] == "scrypt", let salt = Base64URL.decode(parts[2]),
            let hash = Base64URL.decode(parts[3])
        else { return nil }
        let numbers = parts[1].split(separator: ",").compactMap { $0.split(separator: "=").last.flatMap { Int($0) } }
        // Bounded, so that a damaged row can't ask for gigabytes.
        guard numbers.count == 3, (1...20).contains(numbers[0]), (1...32).contains(numbers[1]),
            (1...16).contains(numbers[2])
        else { return nil }
        self.init(
            cost: .init(logRounds: numbers[0], blockSize: numbers[1], parallelism: numbers[2]), salt: salt, hash: hash)
    }

    var text: String {
        let parameters = "ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(parameters)$\(Base64URL.encode(salt))$\(Base64URL.encode(hash))"
    }
}
