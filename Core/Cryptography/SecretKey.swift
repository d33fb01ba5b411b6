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

    /// - Parameter fill: writes all of it, and says with 1 that it did.
    init(
        count: Int, or error: CryptographyError, _ fill: (UnsafeMutablePointer<UInt8>) -> CInt
    ) throws(CryptographyError) {
        self.count = count
        address = .allocate(capacity: max(1, count))
        address.initialize(repeating: 0, count: max(1, count))
        guard fill(address) == 1 else { throw Libcrypto.cleared(error) }
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
        left.withBytes { mine, count in
            right.withBytes { theirs, other in count == other && CRYPTO_memcmp(mine, theirs, count) == 0 }
        }
    }
}

extension SecretKey {
    /// From the system's generator, each time: a machine that is restored from a snapshot repeats nothing.
    package static func random(_ count: Int) -> SecretKey { SecretKey(systemRandom(count)) }
}

func systemRandom(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}
