/// Linking by phone number: the phone's side, for simulated phones.
package struct LinkCodePrimary: Sendable {
    private let identity: KeyPair
    private let ephemeral: KeyPair
    private let companionEphemeral: PublicKey
    private let wrapped: [UInt8]

    /// - Parameter hello: the companion's `companion_hello`.
    package init(
        hello: Node, typed code: PairingCode, identity: KeyPair, using random: inout some RandomNumberGenerator
    ) throws(PairingError) {
        guard let bytes = hello.child(LinkCode.tag)?.bytes(of: "link_code_pairing_wrapped_companion_ephemeral_pub")
        else { throw .malformed }
        self.identity = identity
        companionEphemeral = try code.unwrap(bytes)
        ephemeral = .generate(using: &random)
        wrapped = try code.wrap(ephemeral.publicKey, salt: random.bytes(32), iv: random.bytes(16))
    }

    /// The notification that reaches the companion.
    package func notification(id: String, ref: [UInt8]) -> Node {
        Node(
            "notification", ["from": .jid(.service), "type": .text(LinkCode.tag), "id": .text(id)],
            children: [
                Node(
                    LinkCode.tag, ["stage": "primary_hello"],
                    children: [
                        Node("link_code_pairing_ref", bytes: ref),
                        Node("link_code_pairing_wrapped_primary_ephemeral_pub", bytes: wrapped),
                        Node("primary_identity_pub", bytes: identity.publicKey.bytes),
                    ])
            ])
    }

    /// What `companion_finish` proves: the companion's identity, and the secret for `pair-success`.
    package func finish(_ answer: Node) throws(PairingError) -> (companion: PublicKey, advSecret: [UInt8]) {
        guard let bundle = answer.child(LinkCode.tag)?.bytes(of: "link_code_pairing_wrapped_key_bundle") else {
            throw .malformed
        }
        guard let shared = try? ephemeral.sharedSecret(with: companionEphemeral) else { throw .wrongCode }
        let opened = try LinkCodeBundle.open(bundle, shared: shared)
        guard opened.primary == identity.publicKey,
            let identities = try? identity.sharedSecret(with: opened.companion)
        else { throw .wrongCode }
        return (
            opened.companion,
            LinkCodeBundle.advSecret(ephemeral: shared, identities: identities, random: opened.random)
        )
    }
}
