import Crypto
import FoundationEssentials

/// The installation's secret (`SESSION_SECRET`). Every purpose gets a key of its own, so that a value made for one is
/// worth nothing for another.
package struct Secret: Sendable {
    private let root: SymmetricKey

    /// - Throws: `WeakSecret` for less than 32 bytes of text.
    package init(_ text: String) throws(WeakSecret) {
        guard text.utf8.count >= 32 else { throw WeakSecret() }
        root = SymmetricKey(data: Data(text.utf8))
    }

    /// HKDF-SHA256 (RFC 5869) over the root with the purpose as its info, 32 bytes.
    func key(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: root, info: Data("parley \(purpose)".utf8), outputByteCount: 32)
    }

    func authenticate(_ message: String, for purpose: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key(for: purpose)))
    }

    /// Constant time.
    func isValid(_ code: [UInt8], for message: String, purpose: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(message.utf8), using: key(for: purpose))
    }
}

package struct WeakSecret: Error, CustomStringConvertible {
    package var description: String { "SESSION_SECRET must have at least 32 characters" }
}

/// SHA-256 as the 32 bytes a `bytea` column takes.
func sha256(_ bytes: some Sequence<UInt8>) -> Data {
    Data(SHA256.hash(data: Data(bytes)))
}
