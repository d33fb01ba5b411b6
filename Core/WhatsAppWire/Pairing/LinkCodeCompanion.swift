/// Linking by phone number: our side, in its two steps. Start once the first QR refs have arrived.
package enum LinkCodeCompanion {
    /// 1. Show `code`, send `hello`; the reply confirms it.
    package struct AwaitingPrimary: Sendable {
        package let code: PairingCode
        let ephemeral: KeyPair
        let wrapped: [UInt8]
        private let phone: JID

        package init(phone: JID, using random: inout some RandomNumberGenerator) throws(PairingError) {
            try self.init(
                phone: phone, code: PairingCode(random: random.bytes(5)), ephemeral: .generate(using: &random),
                salt: random.bytes(32), iv: random.bytes(16))
        }

        init(phone: JID, code: PairingCode, ephemeral: KeyPair, salt: [UInt8], iv: [UInt8]) throws(PairingError) {
            self.phone = phone.withoutDevice
            self.code = code
            self.ephemeral = ephemeral
            wrapped = try code.wrap(ephemeral.publicKey, salt: salt, iv: iv)
        }

        /// - Parameter display: `Browser (System)`; the server checks both names.
        package func hello(
            id: String, credentials: Credentials, platform: String = "1", display: String = "Chrome (Linux)"
        ) -> Node {
            LinkCode.request(
                id: id, phone: phone, stage: "companion_hello",
                [
                    Node("link_code_pairing_wrapped_companion_ephemeral_pub", bytes: wrapped),
                    Node("companion_server_auth_key_pub", bytes: credentials.noiseKey.publicKey.bytes),
                    Node("companion_platform_id", bytes: Array(platform.utf8)),
                    Node("companion_platform_display", bytes: Array(display.utf8)),
                    Node("link_code_pairing_nonce", bytes: Array("0".utf8)),
                ])
        }

        /// 2. The phone has the code. Persist the new secret with the credentials, then send the answer;
        /// `pair-success` follows as after a scan.
        package func finish(
            _ notification: Node, id: String, credentials: Credentials,
            using random: inout some RandomNumberGenerator
        ) throws(PairingError) -> (advSecret: [UInt8], answer: Node) {
            try finish(
                notification, id: id, credentials: credentials,
                random: (secret: random.bytes(32), salt: random.bytes(32), nonce: random.bytes(12)))
        }

        func finish(
            _ notification: Node, id: String, credentials: Credentials,
            random: (secret: [UInt8], salt: [UInt8], nonce: [UInt8])
        ) throws(PairingError) -> (advSecret: [UInt8], answer: Node) {
            guard let registration = notification.child(LinkCode.tag),
                let ref = registration.bytes(of: "link_code_pairing_ref"),
                let wrapped = registration.bytes(of: "link_code_pairing_wrapped_primary_ephemeral_pub"),
                let identity = registration.bytes(of: "primary_identity_pub"),
                let primary = try? PublicKey(identity)
            else { throw .malformed }
            let own = credentials.identityKey
            guard let shared = try? ephemeral.sharedSecret(with: try code.unwrap(wrapped)),
                let identities = try? own.sharedSecret(with: primary)
            else { throw .wrongCode }
            let bundle = try LinkCodeBundle.seal(
                .init(companion: own.publicKey, primary: primary, random: random.secret), shared: shared,
                salt: random.salt, nonce: random.nonce)
            let answer = LinkCode.request(
                id: id, phone: phone, stage: "companion_finish",
                [
                    Node("link_code_pairing_wrapped_key_bundle", bytes: bundle),
                    Node("companion_identity_public", bytes: own.publicKey.bytes),
                    Node("link_code_pairing_ref", bytes: ref),
                ])
            return (
                LinkCodeBundle.advSecret(ephemeral: shared, identities: identities, random: random.secret), answer
            )
        }
    }
}

package enum LinkCode {
    package static let tag = "link_code_companion_reg"

    static func request(id: String, phone: JID, stage: String, _ children: [Node]) -> Node {
        var attributes: Attributes = ["jid": .jid(phone), "stage": .text(stage)]
        if stage == "companion_hello" { attributes["should_show_push_notification"] = "true" }
        return IQ.set(id: id, xmlns: "md", to: .service, [Node(tag, attributes, children: children)])
    }
}
