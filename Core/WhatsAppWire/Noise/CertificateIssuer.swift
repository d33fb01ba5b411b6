import FoundationEssentials
import SwiftProtobuf

/// Issues chains for a server of our own. The real server's keys are nobody's here.
package struct CertificateIssuer: Sendable {
    package let root: KeyPair
    package let intermediate: KeyPair
    /// Seconds since 1970; both certificates of a chain carry the same window.
    package let notBefore: Int64
    package let notAfter: Int64

    package init(root: KeyPair, intermediate: KeyPair, notBefore: Int64, notAfter: Int64) {
        self.root = root
        self.intermediate = intermediate
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    package func chain(
        for serverKey: PublicKey, using random: inout some RandomNumberGenerator
    ) throws(HandshakeError) -> [UInt8] {
        var chain = WACertChain()
        do {
            chain.intermediate = try certificate(
                serial: 1, issuer: 0, key: intermediate.publicKey, signer: root, using: &random)
            chain.leaf = try certificate(serial: 2, issuer: 1, key: serverKey, signer: intermediate, using: &random)
            return try chain.serializedBytes()
        } catch { throw .malformed("certificate") }
    }

    private func certificate(
        serial: UInt32, issuer: UInt32, key: PublicKey, signer: KeyPair, using random: inout some RandomNumberGenerator
    ) throws -> WACertChain.NoiseCertificate {
        let details = WACertChain.NoiseCertificate.Details.with {
            $0.serial = serial
            $0.issuerSerial = issuer
            $0.key = Data(key.bytes)
            $0.notBefore = UInt64(clamping: notBefore)
            $0.notAfter = UInt64(clamping: notAfter)
        }
        let bytes: [UInt8] = try details.serializedBytes()
        return .with {
            $0.details = Data(bytes)
            $0.signature = Data(signer.sign(bytes, using: &random))
        }
    }
}
