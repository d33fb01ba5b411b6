import COpenSSL

/// Compares without telling by its time where the first difference is; only the length shows.
package func equalInConstantTime(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return withContiguous(left) { left in
        withContiguous(right) { right in CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0 }
    }
}

/// The bytes where they are, or a copy of them, at an address that is never null.
func withContiguous<Result>(
    _ bytes: some Sequence<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
) rethrows -> Result {
    if let result = try bytes.withContiguousStorageIfAvailable({ buffer in
        buffer.baseAddress == nil ? nil : try body(buffer)
    }) ?? nil {
        return result
    }
    let copy = Array(bytes)
    // An empty array may have no address.
    return try copy.isEmpty
        ? withUnsafePointer(to: 0) { try body(UnsafeBufferPointer(start: $0, count: 0)) }
        : copy.withUnsafeBufferPointer(body)
}
