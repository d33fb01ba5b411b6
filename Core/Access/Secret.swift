import Cryptography
import FoundationEssentials

/// The installation's secret (`SESSION_SECRET`). Every purpose gets a key of its own, so that a value made for one is
/// worth nothing for another.
package struct Secret: Sendable {
    private let root: SecretKey

    /// - Throws: `WeakSecret` for less than 32 bytes of text, or for a few characters again and again.
    package init(_ text: String) throws(WeakSecret) {
        guard text.utf8.count >= 32, Set(text.utf8).count >= 8 else { throw WeakSecret() }
        root = SecretKey(text.utf8)
    }

    /// HKDF-SHA256 (RFC 5869) over the root with the purpose as its info, 32 bytes.
    func key(for purpose: String) -> SecretKey {
        do {
            return try HKDF.derive(from: root, info: "parley \(purpose)".utf8, count: 32)
        } catch { preconditionFailure("HKDF makes up to 8,160 bytes") }
    }

    func authenticate(_ message: String, for purpose: String) -> [UInt8] {
        HMAC.code(for: message.utf8, key: key(for: purpose))
    }

    /// Constant time.
    func isValid(_ code: [UInt8], for message: String, purpose: String) -> Bool {
        HMAC.isValid(code, for: message.utf8, key: key(for: purpose))
    }
}

package struct WeakSecret: Error, CustomStringConvertible {
    package var mustBe: String { "must have at least 32 characters, and be random (openssl rand -hex 32)" }
    package var description: String { "SESSION_SECRET \(mustBe)" }
}

/// SHA-256 as the 32 bytes a `bytea` column takes.
func sha256(_ bytes: some Sequence<UInt8>) -> Data {
    Data(HashFunction.sha256.hash(bytes))
}
