import Cryptography
package import FoundationEssentials

/// Seals secrets at rest: AES-256-GCM under a key from the environment, bound to the row they belong to.
///
/// Sealed form: nonce (12), ciphertext, tag (16). A sealed value that is copied to another row, table or organization does
/// not open there.
package struct SecretBox: Sendable {
    /// Which row a secret belongs to: authenticated with it.
    package struct Place: Sendable, Equatable {
        fileprivate let bytes: [UInt8]

        /// - Parameter organization: `nil` for what belongs to the platform.
        package init(table: String, row: String, organization: String?) {
            // No part can hold a zero byte, so no two places share a form.
            bytes = Array("parley\0\(table)\0\(row)\0\(organization ?? "platform")".utf8)
        }
    }

    private struct Key: Sendable {
        let id: String
        let key: SecretKey
    }

    /// The current one first.
    private let keys: [Key]

    /// Seals new secrets.
    package var currentKeyID: String { keys[0].id }

    /// - Parameter text: `PARLEY_SECRET_KEYS`, `2026a:base64,2025b:base64`, 32 bytes each. The first seals, all open: to rotate,
    ///   put a new one in front, re-encrypt, then take the old one away.
    package init(keys text: String) throws(SecretBoxError) {
        var keys: [Key] = []
        for (position, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let id = parts.first.map { String($0.filter { !$0.isWhitespace }) } ?? ""
            guard parts.count == 2, !id.isEmpty, id.utf8.count <= 50,
                let bytes = Data(base64Encoded: String(parts[1].filter { !$0.isWhitespace })), bytes.count == 32
            else { throw .malformedKey(position: position + 1) }
            guard !keys.contains(where: { $0.id == id }) else { throw .repeatedKey(id) }
            keys.append(Key(id: id, key: SecretKey(bytes)))
        }
        self.keys = keys
    }

    package func seal(_ secret: String, at place: Place) throws(SecretBoxError) -> SealedSecret {
        try seal(bytes: Array(secret.utf8), at: place)
    }

    package func seal(bytes secret: [UInt8], at place: Place) throws(SecretBoxError) -> SealedSecret {
        do {
            let nonce = AES.GCM.randomNonce()
            let sealed = try AES.GCM.seal(secret, key: keys[0].key, nonce: nonce, authenticating: place.bytes)
            return SealedSecret(keyID: keys[0].id, bytes: Data(nonce + sealed))
        } catch {
            throw .damaged
        }
    }

    package func open(_ sealed: SealedSecret, at place: Place) throws(SecretBoxError) -> String {
        guard let secret = String(validating: try openBytes(sealed, at: place), as: UTF8.self) else { throw .damaged }
        return secret
    }

    package func openBytes(_ sealed: SealedSecret, at place: Place) throws(SecretBoxError) -> [UInt8] {
        guard let key = keys.first(where: { $0.id == sealed.keyID }) else { throw .unknownKey(sealed.keyID) }
        do {
            return try AES.GCM.open(
                sealed.bytes.dropFirst(AES.GCM.nonceLength), key: key.key,
                nonce: sealed.bytes.prefix(AES.GCM.nonceLength),
                authenticating: place.bytes)
        } catch {
            throw .damaged
        }
    }

    /// Sealed under the current key; `nil` when it already is.
    package func renew(_ sealed: SealedSecret, at place: Place) throws(SecretBoxError) -> SealedSecret? {
        sealed.keyID == currentKeyID ? nil : try seal(bytes: try openBytes(sealed, at: place), at: place)
    }
}

package struct SealedSecret: Sendable, Equatable {
    package var keyID: String
    package var bytes: Data

    package init(keyID: String, bytes: Data) {
        self.keyID = keyID
        self.bytes = bytes
    }
}

package enum SecretBoxError: Error, Sendable, Equatable, CustomStringConvertible {
    case malformedKey(position: Int)
    case repeatedKey(String)
    /// Sealed under a key that PARLEY_SECRET_KEYS no longer lists.
    case unknownKey(String)
    /// Changed, sealed under another key of the same name, or moved from another row.
    case damaged

    package var description: String {
        switch self {
        case .malformedKey(let position): "PARLEY_SECRET_KEYS: entry \(position) is not id:base64 of 32 bytes"
        case .repeatedKey(let id): "PARLEY_SECRET_KEYS: the id \(id) stands twice"
        case .unknownKey(let id): "a secret is sealed under the key \(id), which PARLEY_SECRET_KEYS does not list"
        case .damaged: "a secret can't be opened: it was changed, or sealed for another row"
        }
    }
}
