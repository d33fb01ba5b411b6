import Support
import Testing

@testable import WhatsAppWire

@Suite struct AppStateTests {
    struct File: Decodable {
        let keyId, keyData, indexKey, valueEncryptionKey, valueMacKey, snapshotMacKey, patchMacKey: Hex
        let actionPlain, iv, valueBlob, valueMac, indexMac, ltHashAfter, snapshotMac, patchMac: Hex
        let collection, index: String
        let patchVersion: UInt64
    }

    @Test func thePatchOfTheVectors() throws {
        let file = try Vectors.load("app-state.json", as: File.self)
        let keys = AppStateKeys(keyData: file.keyData.bytes)
        #expect(keys.index == file.indexKey.bytes && keys.valueEncryption == file.valueEncryptionKey.bytes)
        #expect(keys.valueMAC == file.valueMacKey.bytes && keys.snapshotMAC == file.snapshotMacKey.bytes)
        #expect(keys.patchMAC == file.patchMacKey.bytes)
        #expect(
            try AppStateMutation.seal(
                file.actionPlain.bytes, operation: .set, keyID: file.keyId.bytes, keys: keys, iv: file.iv.bytes)
                == file.valueBlob.bytes)
        let mutation = try AppStateMutation(
            blob: file.valueBlob.bytes, indexMAC: file.indexMac.bytes, operation: .set, keyID: file.keyId.bytes,
            keys: keys)
        #expect(mutation.index == file.index && mutation.action == file.actionPlain.bytes)
        #expect(mutation.valueMAC == file.valueMac.bytes)
        var hash = AppStateHash()
        hash.add(mutation.valueMAC)
        #expect(hash.bytes == file.ltHashAfter.bytes)
        let snapshot = hash.snapshotMAC(version: file.patchVersion, collection: file.collection, keys: keys)
        #expect(snapshot == file.snapshotMac.bytes)
        #expect(
            AppStateHash.patchMAC(
                snapshotMAC: snapshot, valueMACs: [mutation.valueMAC], version: file.patchVersion,
                collection: file.collection, keys: keys) == file.patchMac.bytes)
        hash.remove(mutation.valueMAC)
        #expect(hash == AppStateHash())
    }

    @Test func wrongMACsAreRefused() throws {
        let file = try Vectors.load("app-state.json", as: File.self)
        let keys = AppStateKeys(keyData: file.keyData.bytes)
        func open(_ blob: [UInt8], _ mac: [UInt8], _ operation: AppStateMutation.Operation = .set) throws {
            _ = try AppStateMutation(
                blob: blob, indexMAC: mac, operation: operation, keyID: file.keyId.bytes, keys: keys)
        }
        var altered = file.valueBlob.bytes
        altered[20] ^= 1
        #expect(throws: AppStateError.wrongValueMAC) { try open(altered, file.indexMac.bytes) }
        #expect(throws: AppStateError.wrongValueMAC) {
            try open(file.valueBlob.bytes, file.indexMac.bytes, .remove)
        }
        #expect(throws: AppStateError.wrongIndexMAC) { try open(file.valueBlob.bytes, file.valueMac.bytes) }
        #expect(throws: AppStateError.malformed) { try open([1, 2, 3], file.indexMac.bytes) }
    }
}
