import WhatsAppWire

/// What a client trusts (the root) and what this server proves it with.
struct ServerKeys: Sendable {
    private static let validity: Int64 = 86_400

    let root: KeyPair
    let intermediate: KeyPair
    let server: KeyPair

    init(root: KeyPair, intermediate: KeyPair, server: KeyPair) {
        self.root = root
        self.intermediate = intermediate
        self.server = server
    }

    init(using random: inout ServerRandom) {
        self.init(
            root: .generate(using: &random), intermediate: .generate(using: &random), server: .generate(using: &random))
    }

    /// Valid for a year from yesterday.
    func chain(now: Int64, using random: inout ServerRandom) throws -> [UInt8] {
        let issuer = CertificateIssuer(
            root: root, intermediate: intermediate, notBefore: now - Self.validity, notAfter: now + 365 * Self.validity)
        return try issuer.chain(for: server.publicKey, using: &random)
    }
}
