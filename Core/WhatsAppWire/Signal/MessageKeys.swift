/// What one message of a 1:1 session is encrypted and authenticated with.
struct MessageKeys: Equatable {
    let cipherKey: [UInt8]
    let macKey: [UInt8]
    let iv: [UInt8]

    init(seed: [UInt8]) {
        let output = Digest.hkdf(seed, info: "WhisperMessageKeys", count: 80)
        cipherKey = Array(output[..<32])
        macKey = Array(output[32..<64])
        iv = Array(output[64...])
    }
}

/// Root key material: the result of the first agreement and of every ratchet step.
struct RootStep: Equatable {
    let root: [UInt8]
    let chain: [UInt8]

    private init(_ output: [UInt8]) {
        root = Array(output[..<32])
        chain = Array(output[32...])
    }

    init(master: [UInt8]) {
        self.init(Digest.hkdf(master, info: "WhisperText", count: 64))
    }

    init(root: [UInt8], pair: KeyPair, other: PublicKey) throws(SignalError) {
        do {
            self.init(Digest.hkdf(try pair.sharedSecret(with: other), salt: root, info: "WhisperRatchet", count: 64))
        } catch { throw .weakKey }
    }
}
