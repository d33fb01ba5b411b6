import FoundationEssentials
import SwiftProtobuf

/// What pairing gave us. Persist all of it, with the credentials, before the answer is sent.
package struct LinkedAccount: Sendable, Equatable {
    /// Our own device under its phone number.
    package let jid: JID
    /// Our own device under its hidden id; nil for accounts that have none yet.
    package let lid: JID?
    /// A serialised `ADVSignedDeviceIdentity` with all four fields: goes beside every `pkmsg`.
    package let signedIdentity: [UInt8]
    /// The identity of the phone: store it as that of our own LID, device 0.
    package let accountSignatureKey: PublicKey
    package let keyIndex: UInt32
    package let platform: String?
    package let businessName: String?

    package init(
        jid: JID, lid: JID?, signedIdentity: [UInt8], accountSignatureKey: PublicKey, keyIndex: UInt32,
        platform: String?, businessName: String?
    ) {
        self.jid = jid
        self.lid = lid
        self.signedIdentity = signedIdentity
        self.accountSignatureKey = accountSignatureKey
        self.keyIndex = keyIndex
        self.platform = platform
        self.businessName = businessName
    }

    /// Our own pair of addresses, the first one to store.
    package var pair: LIDPair? { LIDPair(lid, jid) }

    /// The same device, now that a login names its hidden id. The device number is ours even where the server leaves it
    /// out: else the phone itself would pass for this device and get no copies.
    package func named(_ lid: JID) -> LinkedAccount {
        LinkedAccount(
            jid: jid, lid: lid.with(device: jid.device), signedIdentity: signedIdentity,
            accountSignatureKey: accountSignatureKey, keyIndex: keyIndex, platform: platform,
            businessName: businessName)
    }

    package func isOwn(_ other: JID) -> Bool {
        other.withoutDevice == jid.withoutDevice || (lid.map { other.withoutDevice == $0.withoutDevice } ?? false)
    }

    package var serialized: [UInt8] {
        let stored = WAStoredAccount.with {
            $0.jid = jid.description
            if let lid { $0.lid = lid.description }
            $0.signedIdentity = Data(signedIdentity)
            $0.keyIndex = keyIndex
            if let platform { $0.platform = platform }
            if let businessName { $0.businessName = businessName }
        }
        return (try? stored.serializedBytes()) ?? []
    }

    package init(serialized bytes: [UInt8]) throws(StorageError) {
        guard let stored = try? WAStoredAccount(serializedBytes: bytes), let jid = JID(stored.jid),
            let identity = try? WAADVSignedDeviceIdentity(serializedBytes: stored.signedIdentity),
            let key = try? PublicKey(identity.accountSignatureKey)
        else { throw StorageError() }
        self.init(
            jid: jid, lid: stored.hasLid ? JID(stored.lid) : nil, signedIdentity: Array(stored.signedIdentity),
            accountSignatureKey: key, keyIndex: stored.keyIndex,
            platform: stored.hasPlatform ? stored.platform : nil,
            businessName: stored.hasBusinessName ? stored.businessName : nil)
    }
}
