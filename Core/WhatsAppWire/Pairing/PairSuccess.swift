import Cryptography
import FoundationEssentials
import SwiftProtobuf

/// The stanza after a scan: checked, answered, kept.
package enum PairSuccess {
    /// `pair-success` inside an `iq`?
    package static func matches(_ iq: Node) -> Bool { iq.child("pair-success") != nil }

    /// Persist the account first, then send the answer. The server then sends `stream:error 515`: reconnect at once.
    package static func accept(
        _ iq: Node, credentials: Credentials, using random: inout some RandomNumberGenerator
    ) throws(PairingError) -> (account: LinkedAccount, answer: Node) {
        guard let success = iq.child("pair-success"), let container = success.bytes(of: "device-identity"),
            let device = success.child("device"), let jid = device.jid("jid"), jid.isPhoneNumber, jid.device > 0
        else { throw .malformed }
        var identity = try checkedIdentity(container, credentials: credentials)
        let details = Array(identity.details)
        guard let parsed = try? WAADVDeviceIdentity(serializedBytes: details),
            let account = try? PublicKey(identity.accountSignatureKey)
        else { throw .malformed }
        try check(identity, parsed, account, companion: credentials.identityKey.publicKey)
        let message = ADVSignature.deviceMessage(
            details: details, companion: credentials.identityKey.publicKey, account: account)
        identity.deviceSignature = Data(credentials.identityKey.sign(message, using: &random))
        let linked = LinkedAccount(
            jid: jid, lid: device.jid("lid"), signedIdentity: try bytes(identity), accountSignatureKey: account,
            keyIndex: parsed.keyIndex, platform: success.child("platform")?["name"],
            businessName: success.child("biz")?["name"])
        identity.clearAccountSignatureKey()
        return (linked, answer(to: iq, keyIndex: parsed.keyIndex, identity: try bytes(identity)))
    }

    private static func checkedIdentity(
        _ container: [UInt8], credentials: Credentials
    ) throws(PairingError) -> WAADVSignedDeviceIdentity {
        guard let sealed = try? WAADVSignedDeviceIdentityHMAC(serializedBytes: container) else { throw .malformed }
        let details = Array(sealed.details)
        let expected = Digest.hmacSHA256(
            key: credentials.advSecret,
            ADVSignature.hmacMessage(details: details, isHosted: sealed.accountType == .hosted))
        guard equalInConstantTime(sealed.hmac, expected) else { throw .wrongHMAC }
        guard let identity = try? WAADVSignedDeviceIdentity(serializedBytes: details) else { throw .malformed }
        return identity
    }

    private static func check(
        _ identity: WAADVSignedDeviceIdentity, _ parsed: WAADVDeviceIdentity, _ account: PublicKey,
        companion: PublicKey
    ) throws(PairingError) {
        let message = ADVSignature.accountMessage(
            details: Array(identity.details), companion: companion, isHosted: parsed.deviceType == .hosted)
        guard account.verifies(identity.accountSignature, of: message) else { throw .wrongSignature }
    }

    private static func answer(to iq: Node, keyIndex: UInt32, identity: [UInt8]) -> Node {
        let signed = Node("device-identity", ["key-index": .number(keyIndex)], bytes: identity)
        return IQ.result(of: iq, [Node("pair-device-sign", children: [signed])])
    }

    private static func bytes(_ identity: WAADVSignedDeviceIdentity) throws(PairingError) -> [UInt8] {
        guard let bytes: [UInt8] = try? identity.serializedBytes() else { throw .malformed }
        return bytes
    }
}

/// The stanza with the refs for QR codes. Acknowledge with `IQ.result`.
package enum PairDevice {
    private static let maximumRefs = 16

    /// nil when the stanza is another one.
    package static func refs(_ iq: Node) -> [String]? {
        guard iq.tag == "iq", let pairing = iq.child("pair-device") else { return nil }
        return pairing.children("ref").prefix(maximumRefs).compactMap(\.text)
    }

    package static func node(id: String, refs: [String]) -> Node {
        IQ.set(
            id: id, xmlns: "md", from: .service,
            [Node("pair-device", children: refs.map { Node("ref", bytes: Array($0.utf8)) })])
    }
}
