import COpenSSL

/// A hash function of libcrypto's.
package enum HashFunction: Sendable {
    /// Only where a protocol asks for it: both can be made to collide.
    case md5, sha1
    case sha256, sha512

    /// Bytes of its output.
    package var length: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    /// As libcrypto calls it.
    var name: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha256: "SHA2-256"
        case .sha512: "SHA2-512"
        }
    }

    package func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let output = withContiguous(bytes) { input in
            try? filled(length) { EVP_Digest(input.baseAddress, input.count, $0, nil, pointer, nil) }
        }
        return available(output)
    }

    /// Fetched once: a fetch takes longer than hashing a short text. Never freed, read by all threads.
    var pointer: OpaquePointer? {
        switch self {
        case .md5: Self.fetchedMD5
        case .sha1: Self.fetchedSHA1
        case .sha256: Self.fetchedSHA256
        case .sha512: Self.fetchedSHA512
        }
    }

    // Nobody changes what they point to.
    private nonisolated(unsafe) static let fetchedMD5 = EVP_MD_fetch(nil, HashFunction.md5.name, nil)
    private nonisolated(unsafe) static let fetchedSHA1 = EVP_MD_fetch(nil, HashFunction.sha1.name, nil)
    private nonisolated(unsafe) static let fetchedSHA256 = EVP_MD_fetch(nil, HashFunction.sha256.name, nil)
    private nonisolated(unsafe) static let fetchedSHA512 = EVP_MD_fetch(nil, HashFunction.sha512.name, nil)
}

/// An output of `count` bytes, which `body` fills and says with 1 that it did, as libcrypto does.
func filled(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> CInt) throws(CryptographyError) -> [UInt8] {
    var isDone = false
    let output = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        guard let address = buffer.baseAddress else { return }
        isDone = body(address) == 1
        filled = isDone ? count : 0
    }
    guard isDone else { throw .unavailable }
    return output
}

/// libcrypto says 1 when it did what it was asked. See `available`.
func demand(_ result: CInt) {
    let done: Void? = result == 1 ? () : nil
    available(done)
}

/// What only an installation without the algorithm lacks: nothing this program does is safe there.
func available<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("libcrypto lacks an algorithm that Parley needs, or memory") }
    return value
}
