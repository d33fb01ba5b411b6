/// The symmetric half of `Noise_XX_25519_AESGCM_SHA256` as WhatsApp runs it. Not stock Noise:
/// the name is used unhashed, and the empty payload of the first message is not mixed in.
struct NoiseState: Sendable {
    private static let name = Array("Noise_XX_25519_AESGCM_SHA256".utf8) + [0, 0, 0, 0]

    private(set) var hash: [UInt8]
    private(set) var chainKey: [UInt8]
    private var key: [UInt8]
    private var counter: UInt32 = 0

    init(prologue: [UInt8] = Intro.header) {
        hash = Self.name
        chainKey = Self.name
        key = Self.name
        mixHash(prologue)
    }

    mutating func mixHash(_ bytes: [UInt8]) {
        hash = Digest.sha256(hash + bytes)
    }

    mutating func mixKey(_ pair: KeyPair, _ other: PublicKey) throws(HandshakeError) {
        let secret: [UInt8]
        do { secret = try pair.sharedSecret(with: other) } catch { throw .weakKey }
        let output = Digest.hkdf(secret, salt: chainKey, info: "", count: 64)
        chainKey = Array(output[..<32])
        key = Array(output[32...])
        counter = 0
    }

    mutating func encrypt(_ plaintext: [UInt8]) throws(HandshakeError) -> [UInt8] {
        let ciphertext: [UInt8]
        do {
            ciphertext = try Cipher.sealGCM(
                plaintext, key: key, nonce: Transport.nonce(counter), authenticating: hash)
        } catch { throw .notAuthentic }
        counter += 1
        mixHash(ciphertext)
        return ciphertext
    }

    mutating func decrypt(_ ciphertext: [UInt8]) throws(HandshakeError) -> [UInt8] {
        let plaintext: [UInt8]
        do {
            plaintext = try Cipher.openGCM(
                ciphertext, key: key, nonce: Transport.nonce(counter), authenticating: hash)
        } catch { throw .notAuthentic }
        counter += 1
        mixHash(ciphertext)
        return plaintext
    }

    /// The keys of the connection: client to server, then server to client.
    func split() -> (toServer: [UInt8], toClient: [UInt8]) {
        let output = Digest.hkdf([], salt: chainKey, info: "", count: 64)
        return (Array(output[..<32]), Array(output[32...]))
    }
}
