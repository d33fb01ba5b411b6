/// What a companion sends once the code was typed: both identities and a random part, under a key only the two share.
enum LinkCodeBundle {
    static let keyInfo = "link_code_pairing_key_bundle_encryption_key"
    static let length = 32 + 12 + 96 + 16

    struct Opened: Equatable {
        let companion: PublicKey
        let primary: PublicKey
        let random: [UInt8]
    }

    static func seal(
        _ content: Opened, shared: [UInt8], salt: [UInt8], nonce: [UInt8]
    ) throws(PairingError) -> [UInt8] {
        let key = Digest.hkdf(shared, salt: salt, info: keyInfo, count: 32)
        do {
            return salt + nonce
                + (try Cipher.sealGCM(
                    content.companion.bytes + content.primary.bytes + content.random, key: key, nonce: nonce))
        } catch { throw .malformed }
    }

    static func open(_ bytes: [UInt8], shared: [UInt8]) throws(PairingError) -> Opened {
        guard bytes.count == length else { throw .malformed }
        let key = Digest.hkdf(shared, salt: Array(bytes[..<32]), info: keyInfo, count: 32)
        do {
            let plain = try Cipher.openGCM(Array(bytes[44...]), key: key, nonce: Array(bytes[32..<44]))
            return Opened(
                companion: try PublicKey(plain[..<32]), primary: try PublicKey(plain[32..<64]),
                random: Array(plain[64...]))
        } catch { throw .wrongCode }
    }

    /// The secret that a QR code would have carried.
    static func advSecret(ephemeral: [UInt8], identities: [UInt8], random: [UInt8]) -> [UInt8] {
        Digest.hkdf(ephemeral + identities + random, info: "adv_secret", count: 32)
    }
}
