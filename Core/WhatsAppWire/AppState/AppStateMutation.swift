import FoundationEssentials
import SwiftProtobuf

/// One change to a collection.
package struct AppStateMutation: Sendable, Equatable {
    package enum Operation: UInt8, Sendable {
        case set = 0
        case remove = 1
    }

    private static let macLength = 32

    /// A JSON array: the action's name, then what it is about.
    package let index: String
    package let operation: Operation
    /// A serialised `SyncActionData`.
    package let action: [UInt8]
    /// Goes into the collection's hash.
    package let valueMAC: [UInt8]

    /// Opens a record: value MAC, value, then index MAC.
    package init(
        blob: [UInt8], indexMAC: [UInt8], operation: Operation, keyID: [UInt8], keys: AppStateKeys
    ) throws(AppStateError) {
        guard blob.count >= 16 + 16 + Self.macLength else { throw .malformed }
        let body = Array(blob.dropLast(Self.macLength))
        valueMAC = Array(blob.suffix(Self.macLength))
        guard Self.mac(body, operation, keyID, keys).equalsInConstantTime(valueMAC) else { throw .wrongValueMAC }
        guard
            let plain = try? Cipher.decryptCBC(
                Array(body.dropFirst(16)), key: keys.valueEncryption, iv: Array(body.prefix(16))),
            let data = try? WASyncActionData(serializedBytes: plain),
            let index = String(validating: data.index, as: UTF8.self)
        else { throw .malformed }
        guard Self.indexMAC(index, keys).equalsInConstantTime(indexMAC) else { throw .wrongIndexMAC }
        self.index = index
        self.operation = operation
        action = plain
    }

    /// The blob for a serialised `SyncActionData`.
    package static func seal(
        _ action: [UInt8], operation: Operation, keyID: [UInt8], keys: AppStateKeys, iv: [UInt8]
    ) throws(AppStateError) -> [UInt8] {
        guard let ciphertext = try? Cipher.encryptCBC(action, key: keys.valueEncryption, iv: iv) else {
            throw .malformed
        }
        let body = iv + ciphertext
        return body + mac(body, operation, keyID, keys)
    }

    package static func indexMAC(_ index: String, _ keys: AppStateKeys) -> [UInt8] {
        Digest.hmacSHA256(key: keys.index, Array(index.utf8))
    }

    private static func mac(
        _ body: [UInt8], _ operation: Operation, _ keyID: [UInt8], _ keys: AppStateKeys
    ) -> [UInt8] {
        let header = [operation.rawValue + 1] + keyID
        let trailer = [UInt8](bigEndian: header.count, count: 8)
        return Array(Digest.hmacSHA512(key: keys.valueMAC, header + body + trailer).prefix(macLength))
    }
}
