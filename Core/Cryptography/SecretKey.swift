import COpenSSL

/// Key material. It is wiped when its last owner lets go of it, and prints nothing of itself.
package final class SecretKey: Sendable {
    // Written while the key is made and by nobody afterwards.
    private nonisolated(unsafe) let address: UnsafeMutablePointer<UInt8>
    /// Bytes.
    package let count: Int

    package init(_ bytes: some Collection<UInt8>) {
        count = bytes.count
        // At least one byte: libcrypto takes no key at a null address.
        address = .allocate(capacity: max(1, bytes.count))
        _ = UnsafeMutableBufferPointer(start: address, count: bytes.count).initialize(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(address, count)
        address.deallocate()
    }

    /// A copy that nobody wipes: for what must travel, sealed or as a protocol asks.
    package var bytes: [UInt8] { withBytes { Array(UnsafeBufferPointer(start: $0, count: $1)) } }

    /// - Parameter body: gets the address and the count.
    func withBytes<Result>(_ body: (UnsafePointer<UInt8>, Int) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(UnsafePointer(address), count) }
    }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "SecretKey(\(count) bytes)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretKey: Equatable {
    /// Constant time.
    package static func == (left: SecretKey, right: SecretKey) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left.address, right.address, left.count) == 0
    }
}

extension SecretKey {
    /// From libcrypto's generator, seeded by the system.
    package static func random(_ count: Int) -> SecretKey {
        let bytes = available(try? filled(count) { RAND_bytes($0, CInt(clamping: count)) })
        return SecretKey(bytes)
    }
}
