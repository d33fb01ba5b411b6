import COpenSSL

/// A hash function of libcrypto's.
package enum HashFunction: Sendable, CaseIterable {
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
            try? Libcrypto.filled(length, or: .unavailable) {
                EVP_Digest(input.baseAddress, input.count, $0, nil, pointer, nil)
            }
        }
        return Libcrypto.demand(output)
    }

    var pointer: OpaquePointer {
        switch self {
        case .md5: Self.fetchedMD5
        case .sha1: Self.fetchedSHA1
        case .sha256: Self.fetchedSHA256
        case .sha512: Self.fetchedSHA512
        }
    }

    // A fetch takes longer than hashing a short text. Never freed; nobody changes what they point to.
    private nonisolated(unsafe) static let fetchedMD5 = fetched(.md5)
    private nonisolated(unsafe) static let fetchedSHA1 = fetched(.sha1)
    private nonisolated(unsafe) static let fetchedSHA256 = fetched(.sha256)
    private nonisolated(unsafe) static let fetchedSHA512 = fetched(.sha512)

    private static func fetched(_ function: HashFunction) -> OpaquePointer {
        Libcrypto.fetched(function.name) { EVP_MD_fetch(nil, function.name, nil) }
    }
}
