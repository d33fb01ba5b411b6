import COpenSSL

/// One run of a cipher.
final class CipherContext {
    enum Mode {
        case cbc, ctr, gcm

        var cipher: OpaquePointer? {
            switch self {
            case .cbc: Self.fetchedCBC
            case .ctr: Self.fetchedCTR
            case .gcm: Self.fetchedGCM
            }
        }

        // Fetched once, never freed; nobody changes what they point to.
        private nonisolated(unsafe) static let fetchedCBC = EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)
        private nonisolated(unsafe) static let fetchedCTR = EVP_CIPHER_fetch(nil, "AES-256-CTR", nil)
        private nonisolated(unsafe) static let fetchedGCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    }

    let pointer: OpaquePointer

    /// - Parameter length: of the nonce, bytes.
    init(
        _ mode: Mode, key: SecretKey, iv: some Collection<UInt8>, length: Int, isEncrypting: Bool
    ) throws(CryptographyError) {
        guard key.count == AES.key, iv.count == length else { throw .wrongLength }
        guard let pointer = EVP_CIPHER_CTX_new() else { throw .unavailable }
        self.pointer = pointer
        let isReady = key.withBytes { key, _ in
            withContiguous(iv) { iv in
                EVP_CipherInit_ex2(pointer, mode.cipher, key, iv.baseAddress, isEncrypting ? 1 : 0, nil)
            }
        }
        guard isReady == 1 else { throw .unavailable }
    }

    // libcrypto wipes the key.
    deinit { EVP_CIPHER_CTX_free(pointer) }

    /// Data that is authenticated and not encrypted.
    func authenticate(_ data: some Collection<UInt8>) throws(CryptographyError) {
        guard !data.isEmpty else { return }
        guard let count = CInt(exactly: data.count) else { throw .wrongLength }
        var written: CInt = 0
        let isTaken = withContiguous(data) { EVP_CipherUpdate(pointer, nil, &written, $0.baseAddress, count) }
        guard isTaken == 1 else { throw .unavailable }
    }

    func update(_ bytes: some Collection<UInt8>) throws(CryptographyError) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        guard let count = CInt(exactly: bytes.count) else { throw .wrongLength }
        return try output(atMost: bytes.count + AES.block, or: .unavailable) { output, written in
            withContiguous(bytes) { EVP_CipherUpdate(pointer, output, &written, $0.baseAddress, count) }
        }
    }

    /// The last block, or the verdict on the tag.
    func finish() throws(CryptographyError) -> [UInt8] {
        try output(atMost: AES.block, or: .refused) { EVP_CipherFinal_ex(pointer, $0, &$1) }
    }

    /// What was sealed is authenticated by it.
    var tag: [UInt8] {
        get throws(CryptographyError) {
            try filled(AES.GCM.tag) {
                EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_GET_TAG, CInt(AES.GCM.tag), $0)
            }
        }
    }

    func expect(tag: [UInt8]) throws(CryptographyError) {
        var tag = tag
        let isTaken = EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag)
        guard isTaken == 1 else { throw .unavailable }
    }

    private func output(
        atMost capacity: Int, or error: CryptographyError,
        _ body: (UnsafeMutablePointer<UInt8>, inout CInt) -> CInt
    ) throws(CryptographyError) -> [UInt8] {
        var result: CInt = 0
        let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard let address = buffer.baseAddress else { return }
            var written: CInt = 0
            result = body(address, &written)
            count = result == 1 ? Int(written) : 0
        }
        guard result == 1 else { throw error }
        return output
    }
}
