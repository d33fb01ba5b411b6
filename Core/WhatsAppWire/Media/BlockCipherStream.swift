/// AES-256-CBC over a stream: whole blocks now, the rest with the next chunk.
struct BlockCipherStream: Sendable {
    static let blockLength = 16

    private let key: [UInt8]
    private var iv: [UInt8]
    private var pending: [UInt8] = []

    init(key: [UInt8], iv: [UInt8]) {
        self.key = key
        self.iv = iv
    }

    mutating func encrypt(_ chunk: some Collection<UInt8>) throws(Cipher.Failure) -> [UInt8] {
        let blocks = takeBlocks(chunk, keepingLast: false)
        guard !blocks.isEmpty else { return [] }
        let output = try Cipher.encryptCBC(blocks, key: key, iv: iv, padded: false)
        iv = Array(output.suffix(Self.blockLength))
        return output
    }

    /// The last block, with PKCS #7 padding.
    mutating func finishEncrypting() throws(Cipher.Failure) -> [UInt8] {
        try Cipher.encryptCBC(pending, key: key, iv: iv)
    }

    /// Keeps the last block back, because it may be the one with the padding.
    mutating func decrypt(_ chunk: some Collection<UInt8>) throws(Cipher.Failure) -> [UInt8] {
        let blocks = takeBlocks(chunk, keepingLast: true)
        guard !blocks.isEmpty else { return [] }
        let output = try Cipher.decryptCBC(blocks, key: key, iv: iv, padded: false)
        iv = Array(blocks.suffix(Self.blockLength))
        return output
    }

    mutating func finishDecrypting() throws(Cipher.Failure) -> [UInt8] {
        try Cipher.decryptCBC(pending, key: key, iv: iv)
    }

    private mutating func takeBlocks(_ chunk: some Collection<UInt8>, keepingLast: Bool) -> [UInt8] {
        pending.append(contentsOf: chunk)
        var count = pending.count / Self.blockLength * Self.blockLength
        if keepingLast, count == pending.count { count -= Self.blockLength }
        guard count > 0 else { return [] }
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }
}
