package enum KeyError: Error, Equatable {
    /// Not 32 bytes, or not 33 with the type byte 05.
    case malformed
    /// The agreed secret is zero: the other side sent a point of small order.
    case weak
}

/// A Curve25519 public key. 32 bytes in stanzas; inside Signal messages and signed material 33, with `05` before them.
package struct PublicKey: Hashable, Sendable {
    package static let type: UInt8 = 5

    package let bytes: [UInt8]

    package init(_ bytes: some Collection<UInt8>) throws(KeyError) {
        guard bytes.count == 32 else { throw .malformed }
        self.bytes = Array(bytes)
    }

    package init(typed bytes: some Collection<UInt8>) throws(KeyError) {
        guard bytes.count == 33, bytes.first == Self.type else { throw .malformed }
        try self.init(bytes.dropFirst())
    }

    /// `05` and the key.
    package var typed: [UInt8] { [Self.type] + bytes }

    package func verifies(_ signature: some Collection<UInt8>, of message: [UInt8]) -> Bool {
        XEdDSA.verify(Array(signature), of: message, by: self)
    }
}
