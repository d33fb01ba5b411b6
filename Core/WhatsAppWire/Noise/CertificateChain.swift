import SwiftProtobuf

/// Who may vouch for a server.
package struct TrustAnchor: Sendable, Equatable {
    package let key: PublicKey
    let serial: UInt32

    /// WhatsApp's root.
    package static let whatsApp = TrustAnchor(unchecked: [
        0x14, 0x23, 0x75, 0x57, 0x4D, 0x0A, 0x58, 0x71, 0x66, 0xAA, 0xE7, 0x1E, 0xBE, 0x51, 0x64, 0x37,
        0xC4, 0xA2, 0x8B, 0x73, 0xE3, 0x69, 0x5C, 0x6C, 0xE1, 0xF7, 0xF9, 0x54, 0x5D, 0xA8, 0xEE, 0x6B,
    ])

    /// Another root, for a test server. Whoever reads configuration must refuse this outside the sandbox.
    package init(testRoot key: PublicKey) {
        self.key = key
        serial = 0
    }

    private init(unchecked bytes: [UInt8]) {
        guard let key = try? PublicKey(bytes) else { preconditionFailure("the root key has 32 bytes") }
        self.init(testRoot: key)
    }
}

/// The chain a server sends in its hello: root -> intermediate -> leaf -> static Noise key.
package enum CertificateChain {
    /// - Parameter now: seconds since 1970.
    package static func verify(
        _ bytes: [UInt8], serverKey: PublicKey, anchor: TrustAnchor, now: Int64
    ) throws(CertificateError) {
        guard let chain = try? WACertChain(serializedBytes: bytes) else { throw .malformed }
        let intermediate = try Certificate(chain.intermediate)
        let leaf = try Certificate(chain.leaf)
        guard intermediate.issuerSerial == anchor.serial else { throw .wrongRootSerial }
        guard intermediate.isSigned(by: anchor.key) else { throw .badIntermediateSignature }
        guard leaf.issuerSerial == intermediate.serial else { throw .wrongIssuer }
        guard leaf.isSigned(by: intermediate.key) else { throw .badLeafSignature }
        guard leaf.key == serverKey else { throw .wrongKey }
        for certificate in [intermediate, leaf] {
            if now < certificate.notBefore { throw .notYetValid }
            if now > certificate.notAfter { throw .expired }
        }
    }

    /// One certificate, its details parsed but kept as the bytes that were signed.
    private struct Certificate {
        let details: [UInt8]
        let signature: [UInt8]
        let serial: UInt32
        let issuerSerial: UInt32
        let key: PublicKey
        let notBefore: Int64
        let notAfter: Int64

        init(_ certificate: WACertChain.NoiseCertificate) throws(CertificateError) {
            details = Array(certificate.details)
            signature = Array(certificate.signature)
            guard let parsed = try? WACertChain.NoiseCertificate.Details(serializedBytes: details),
                parsed.hasSerial, parsed.hasIssuerSerial, parsed.hasNotBefore, parsed.hasNotAfter,
                let key = try? PublicKey(parsed.key),
                let notBefore = Int64(exactly: parsed.notBefore), let notAfter = Int64(exactly: parsed.notAfter)
            else { throw .malformed }
            serial = parsed.serial
            issuerSerial = parsed.issuerSerial
            self.key = key
            self.notBefore = notBefore
            self.notAfter = notAfter
        }

        func isSigned(by key: PublicKey) -> Bool {
            key.verifies(signature, of: details)
        }
    }
}
