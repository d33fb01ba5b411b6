import Cryptography
import Domain

/// The id of a message as its row has it. Its sender's client made it up: one that the column has no room for is named by its
/// hash, so that the message is kept and a repeat of it is still one.
enum StoredID {
    /// Unicode scalars of `messages.provider_message_id`.
    private static let most = 200

    static func of(_ id: String) -> String {
        guard id.cut(to: most) != id else { return id }
        return "sha256:\(HashFunction.sha256.hash(id.utf8).hex)"
    }
}
