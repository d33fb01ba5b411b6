import FoundationEssentials
import SwiftProtobuf

/// The phone's part in pairing, for simulated phones.
package struct PrimaryPhone: Sendable {
    package let identity: KeyPair
    package let jid: JID
    package let lid: JID?

    package init(identity: KeyPair, jid: JID, lid: JID?) {
        self.identity = identity
        self.jid = jid.withoutDevice
        self.lid = lid?.withoutDevice
    }

    /// How a new device is entered in the phone's list.
    package struct Device: Sendable, Equatable {
        package let number: UInt16
        package let keyIndex: UInt32
        /// Seconds since 1970.
        package let linkedAt: Int64
        package let platform: String
        package let businessName: String?

        package init(
            number: UInt16, keyIndex: UInt32, linkedAt: Int64, platform: String = "android",
            businessName: String? = nil
        ) {
            self.number = number
            self.keyIndex = keyIndex
            self.linkedAt = linkedAt
            self.platform = platform
            self.businessName = businessName
        }
    }

    /// The stanza the server sends to the companion after the phone has scanned.
    package func pairSuccess(
        id: String, companion: PublicKey, advSecret: [UInt8], device: Device,
        using random: inout some RandomNumberGenerator
    ) throws(PairingError) -> Node {
        let container = try sealedIdentity(companion, advSecret: advSecret, device: device, using: &random)
        var children = [
            Node("device-identity", bytes: container),
            Node(
                "device",
                [
                    "jid": .jid(jid.with(device: device.number)),
                    "lid": .optional(lid?.with(device: device.number)),
                ]),
            Node("platform", ["name": .text(device.platform)]),
        ]
        if let name = device.businessName { children.append(Node("biz", ["name": .text(name)])) }
        var iq = IQ.set(id: id, xmlns: "md", from: .service, [Node("pair-success", children: children)])
        iq.attributes["t"] = .number(device.linkedAt)
        return iq
    }

    private func sealedIdentity(
        _ companion: PublicKey, advSecret: [UInt8], device: Device, using random: inout some RandomNumberGenerator
    ) throws(PairingError) -> [UInt8] {
        let details = WAADVDeviceIdentity.with {
            $0.rawID = UInt32.random(in: 1...0x7FFF_FFFF, using: &random)
            $0.timestamp = UInt64(clamping: device.linkedAt)
            $0.keyIndex = device.keyIndex
        }
        do {
            let detailBytes: [UInt8] = try details.serializedBytes()
            let message = ADVSignature.accountMessage(details: detailBytes, companion: companion, isHosted: false)
            let signature = identity.sign(message, using: &random)
            let signed = WAADVSignedDeviceIdentity.with {
                $0.details = Data(detailBytes)
                $0.accountSignatureKey = Data(identity.publicKey.bytes)
                $0.accountSignature = Data(signature)
            }
            let signedBytes: [UInt8] = try signed.serializedBytes()
            let sealed = WAADVSignedDeviceIdentityHMAC.with {
                $0.details = Data(signedBytes)
                $0.hmac = Data(Digest.hmacSHA256(key: advSecret, signedBytes))
            }
            return try sealed.serializedBytes()
        } catch { throw .malformed }
    }

    /// Checks the companion's answer as the server does: signed by it, and without the account's key.
    package func accepts(_ answer: Node, companion: PublicKey) -> Bool {
        guard let bytes = answer.child("pair-device-sign")?.bytes(of: "device-identity"),
            let signed = try? WAADVSignedDeviceIdentity(serializedBytes: bytes), !signed.hasAccountSignatureKey
        else { return false }
        let message = ADVSignature.deviceMessage(
            details: Array(signed.details), companion: companion, account: identity.publicKey)
        return companion.verifies(signed.deviceSignature, of: message)
    }
}
