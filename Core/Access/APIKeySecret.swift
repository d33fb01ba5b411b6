package import Domain
package import FoundationEssentials
import Web

/// The secret of an API key: `pk_` and 64 bytes in base64url: the key's id, its organization's id, 32 random bytes. It says
/// by itself whose it is, so that looking it up crosses no tenant.
package struct APIKeySecret: Sendable, Equatable {
    private static let start = "pk_"

    package let id: APIKeyID
    package let organization: OrganizationID
    /// Shown once, never stored.
    package let text: String

    package init(id: APIKeyID, organization: OrganizationID, randomness: Randomness) {
        self.id = id
        self.organization = organization
        let bytes = id.rawValue.bytes + organization.rawValue.bytes + randomness.bytes(32)
        text = Self.start + Base64URL.encode(bytes)
    }

    /// `nil` for what was not made above.
    package init?(_ text: String) {
        guard Self.isMeant(by: text), let bytes = Base64URL.decode(text.dropFirst(Self.start.count)), bytes.count == 64
        else { return nil }
        id = APIKeyID(UUID(bytes: bytes[0..<16]))
        organization = OrganizationID(UUID(bytes: bytes[16..<32]))
        self.text = text
    }

    package static func isMeant(by text: String) -> Bool { text.hasPrefix(start) }

    package var hash: Data { sha256(text.utf8) }

    /// How the secret begins: part of the key's id.
    package var prefix: String { String(text.prefix(Self.start.count + 14)) }
}

extension UUID {
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }

    /// - Parameter bytes: sixteen.
    fileprivate init(bytes: ArraySlice<UInt8>) {
        precondition(bytes.count == 16)
        self.init(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) })
    }
}
