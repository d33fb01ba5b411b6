import COpenSSL

/// What the room's files share in calling libcrypto.
enum Libcrypto {
    /// Before its first use: at the end of the process another thread may still be hashing, and nothing may be taken down under it.
    private static let isReady = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    /// An algorithm by its name, fetched once and for all. An installation without it ends the process: nothing is safe there.
    static func fetched(_ name: String, _ fetch: () -> OpaquePointer?) -> OpaquePointer {
        guard isReady, let algorithm = fetch() else { fatalError("libcrypto does not offer \(name)") }
        return algorithm
    }

    /// What fails only without memory.
    static func demand(_ isDone: Bool) {
        guard isDone else { fatalError("libcrypto fails at what it did before") }
    }

    static func demand<Value>(_ value: Value?) -> Value {
        guard let value else { fatalError("libcrypto has no memory left") }
        return value
    }

    /// An output of `count` bytes, which `body` fills and says with 1 that it did. Errors leave nothing for others of the thread.
    static func filled(
        _ count: Int, or error: CryptographyError, _ body: (UnsafeMutablePointer<UInt8>) -> CInt
    ) throws(CryptographyError) -> [UInt8] {
        var isDone = false
        let output = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let address = buffer.baseAddress else { return }
            isDone = body(address) == 1
            filled = isDone ? count : 0
        }
        guard isDone else { throw cleared(error) }
        return output
    }

    static func cleared(_ error: CryptographyError) -> CryptographyError {
        ERR_clear_error()
        return error
    }
}

/// The bytes where they are, or a copy of them, at an address that is never null.
func withContiguous<Result>(
    _ bytes: some Sequence<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
) rethrows -> Result {
    let result = try bytes.withContiguousStorageIfAvailable { buffer in
        buffer.baseAddress == nil ? nil : try body(buffer)
    }
    if let result = result ?? nil { return result }
    let copy = Array(bytes)
    // An empty array may have no address.
    return try copy.isEmpty
        ? withUnsafePointer(to: 0) { try body(UnsafeBufferPointer(start: $0, count: 0)) }
        : copy.withUnsafeBufferPointer(body)
}
