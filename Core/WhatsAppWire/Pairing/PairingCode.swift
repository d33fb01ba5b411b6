import Cryptography

/// The eight characters a person types into the phone instead of scanning.
package struct PairingCode: Sendable, Equatable {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTVWXYZ")
    private static let rounds = 131_072
    static let wrappedLength = 32 + 16 + 32

    package let text: String

    /// - Parameter random: 5 random bytes.
    package init(random: [UInt8]) {
        precondition(random.count == 5, "a code takes 40 random bits")
        let bits = random.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        text = String((0..<8).reversed().map { Self.alphabet[Int(bits >> UInt64(5 * $0) & 31)] })
    }

    /// As typed: dashes, blanks and case do not matter. Nil for anything that is no code.
    package init?(typed: String) {
        let text = typed.uppercased().filter { $0 != "-" && $0 != " " }
        guard text.count == 8, text.allSatisfy(Self.alphabet.contains) else { return nil }
        self.text = text
    }

    /// `XXXX-XXXX`.
    package var display: String { "\(text.prefix(4))-\(text.suffix(4))" }

    /// salt (32), iv (16), the key under the code. Slow on purpose, about 50 ms.
    func wrap(_ key: PublicKey, salt: [UInt8], iv: [UInt8]) throws(PairingError) -> [UInt8] {
        do { return salt + iv + (try Cipher.applyCTR(key.bytes, key: derived(salt), iv: iv)) } catch {
            throw .malformed
        }
    }

    /// There is no check in it: with another code comes another key, and what follows fails.
    func unwrap(_ bytes: [UInt8]) throws(PairingError) -> PublicKey {
        guard bytes.count == Self.wrappedLength else { throw .malformed }
        do {
            return try PublicKey(
                Cipher.applyCTR(Array(bytes[48...]), key: derived(Array(bytes[..<32])), iv: Array(bytes[32..<48])))
        } catch { throw .malformed }
    }

    func derived(_ salt: [UInt8]) throws(PairingError) -> [UInt8] {
        do {
            return try PBKDF2.derive(from: Array(text.utf8), salt: salt, rounds: Self.rounds, count: 32).bytes
        } catch { throw .malformed }
    }
}
