/// The state of a collection, as a hash that values are added to and taken from (LTHash).
package struct AppStateHash: Sendable, Equatable {
    package static let length = 128

    package private(set) var bytes = [UInt8](repeating: 0, count: length)

    package init() {}

    package init(bytes: [UInt8]) throws(AppStateError) {
        guard bytes.count == Self.length else { throw .malformed }
        self.bytes = bytes
    }

    package mutating func add(_ valueMAC: [UInt8]) {
        combine(valueMAC, &+)
    }

    package mutating func remove(_ valueMAC: [UInt8]) {
        combine(valueMAC, &-)
    }

    private mutating func combine(_ valueMAC: [UInt8], _ operation: (UInt16, UInt16) -> UInt16) {
        let expanded = Digest.hkdf(valueMAC, info: "WhatsApp Patch Integrity", count: Self.length)
        for index in stride(from: 0, to: Self.length, by: 2) {
            let left = UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
            let right = UInt16(expanded[index]) | UInt16(expanded[index + 1]) << 8
            let result = operation(left, right)
            bytes[index] = UInt8(truncatingIfNeeded: result)
            bytes[index + 1] = UInt8(truncatingIfNeeded: result >> 8)
        }
    }

    package func snapshotMAC(version: UInt64, collection: String, keys: AppStateKeys) -> [UInt8] {
        Digest.hmacSHA256(
            key: keys.snapshotMAC, bytes + [UInt8](bigEndian: version, count: 8) + Array(collection.utf8))
    }

    package static func patchMAC(
        snapshotMAC: [UInt8], valueMACs: [[UInt8]], version: UInt64, collection: String, keys: AppStateKeys
    ) -> [UInt8] {
        Digest.hmacSHA256(
            key: keys.patchMAC,
            snapshotMAC + Array(valueMACs.joined()) + [UInt8](bigEndian: version, count: 8) + Array(collection.utf8))
    }
}
