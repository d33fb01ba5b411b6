import COpenSSL

/// One run of a cipher.
final class CipherContext {
    enum Mode {
        case cbc, ctr, gcm

        var cipher: OpaquePointer {
            switch self {
            case .cbc: Self.fetchedCBC
            case .ctr: Self.fetchedCTR
            case .gcm: Self.fetchedGCM
            }
        }

        // Never freed; nobody changes what they point to.
        private nonisolated(unsafe) static let fetchedCBC = fetched("AES-256-CBC")
        private nonisolated(unsafe) static let fetchedCTR = fetched("AES-256-CTR")
        private nonisolated(unsafe) static let fetchedGCM = fetched("AES-256-GCM")

        private static func fetched(_ name: String) -> OpaquePointer {
            Libcrypto.fetched(name) { EVP_CIPHER_fetch(nil, name, nil) }
        }
    }

    private let pointer = Libcrypto.demand(EVP_CIPHER_CTX_new())

    /// - Parameter length: of the nonce, bytes.
    init(
        _ mode: Mode, key: SecretKey, iv: some Collection<UInt8>, length: Int, isEncrypting: Bool, isPadded: Bool = true
    ) throws(CryptographyError) {
        guard key.count == AES.keyLength, iv.count == length else { throw .wrongLength }
        let isReady = key.withBytes { key, _ in
            withContiguous(iv) { iv in
                EVP_CipherInit_ex2(pointer, mode.cipher, key, iv.baseAddress, isEncrypting ? 1 : 0, nil)
            }
        }
        guard isReady == 1 else { throw Libcrypto.cleared(.unavailable) }
        EVP_CIPHER_CTX_set_padding(pointer, isPadded ? 1 : 0)
    }

    // libcrypto wipes the key.
    deinit { EVP_CIPHER_CTX_free(pointer) }

    /// Data that is authenticated and not encrypted.
    func authenticate(_ data: some Collection<UInt8>) throws(CryptographyError) {
        guard !data.isEmpty else { return }
        guard let count = CInt(exactly: data.count) else { throw .wrongLength }
        var written: CInt = 0
        let isTaken = withExtendedLifetime(self) {
            withContiguous(data) { EVP_CipherUpdate(pointer, nil, &written, $0.baseAddress, count) }
        }
        guard isTaken == 1 else { throw Libcrypto.cleared(.unavailable) }
    }

    /// With room for what `finish` adds.
    func update(_ bytes: some Collection<UInt8>) throws(CryptographyError) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        guard let count = CInt(exactly: bytes.count) else { throw .wrongLength }
        return try output(atMost: bytes.count + AES.blockLength, or: .unavailable) { output, written in
            withContiguous(bytes) { EVP_CipherUpdate(pointer, output, &written, $0.baseAddress, count) }
        }
    }

    /// The last block, or the verdict on the tag.
    func finish() throws(CryptographyError) -> [UInt8] {
        try output(atMost: AES.blockLength, or: .refused) { EVP_CipherFinal_ex(pointer, $0, &$1) }
    }

    /// What was sealed is authenticated by it.
    func tag() throws(CryptographyError) -> [UInt8] {
        try Libcrypto.filled(AES.GCM.tagLength, or: .unavailable) { output in
            withExtendedLifetime(self) {
                EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_GET_TAG, CInt(AES.GCM.tagLength), output)
            }
        }
    }

    func expect(tag: [UInt8]) throws(CryptographyError) {
        var tag = tag
        let isTaken = withExtendedLifetime(self) {
            EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag)
        }
        guard isTaken == 1 else { throw Libcrypto.cleared(.unavailable) }
    }

    private func output(
        atMost capacity: Int, or error: CryptographyError,
        _ body: (UnsafeMutablePointer<UInt8>, inout CInt) -> CInt
    ) throws(CryptographyError) -> [UInt8] {
        var result: CInt = 0
        let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard let address = buffer.baseAddress else { return }
            var written: CInt = 0
            result = withExtendedLifetime(self) { body(address, &written) }
            count = result == 1 ? Int(written) : 0
        }
        guard result == 1 else { throw Libcrypto.cleared(error) }
        return output
    }
}
