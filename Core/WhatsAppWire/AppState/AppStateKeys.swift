/// The keys of one app-state key (protocol sheet, section 18).
package struct AppStateKeys: Sendable, Equatable {
    let index: [UInt8]
    let valueEncryption: [UInt8]
    let valueMAC: [UInt8]
    let snapshotMAC: [UInt8]
    let patchMAC: [UInt8]

    /// - Parameter keyData: from an APP_STATE_SYNC_KEY_SHARE.
    package init(keyData: [UInt8]) {
        let output = Digest.hkdf(keyData, info: "WhatsApp Mutation Keys", count: 160)
        index = Array(output[..<32])
        valueEncryption = Array(output[32..<64])
        valueMAC = Array(output[64..<96])
        snapshotMAC = Array(output[96..<128])
        patchMAC = Array(output[128...])
    }
}

package enum AppStateError: Error, Equatable, Sendable {
    case malformed
    case wrongValueMAC
    case wrongIndexMAC
    case wrongSnapshotMAC
    case wrongPatchMAC
}
