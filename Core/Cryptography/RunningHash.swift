import COpenSSL

/// A hash of what comes in pieces. Copies go on independently.
package struct RunningHash: Sendable {
    private let function: HashFunction
    private var context: HashContext

    package init(_ function: HashFunction) {
        self.function = function
        context = HashContext(function)
    }

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        if !isKnownUniquelyReferenced(&context) { context = HashContext(copying: context) }
        withContiguous(bytes) { input in
            context.withPointer { Libcrypto.demand(EVP_DigestUpdate($0, input.baseAddress, input.count) == 1) }
        }
    }

    /// The hash of everything until now.
    package var hash: [UInt8] {
        let end = HashContext(copying: context)
        return Libcrypto.demand(
            try? Libcrypto.filled(function.length, or: .unavailable) { output in
                end.withPointer { EVP_DigestFinal_ex($0, output, nil) }
            })
    }
}

// Changed only by the one value that holds it (`isKnownUniquelyReferenced`); others read it.
private final class HashContext: @unchecked Sendable {
    private let pointer = Libcrypto.demand(EVP_MD_CTX_new())

    init(_ function: HashFunction) {
        Libcrypto.demand(EVP_DigestInit_ex2(pointer, function.pointer, nil) == 1)
    }

    init(copying other: HashContext) {
        other.withPointer { Libcrypto.demand(EVP_MD_CTX_copy_ex(pointer, $0) == 1) }
    }

    deinit { EVP_MD_CTX_free(pointer) }

    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        withExtendedLifetime(self) { body(pointer) }
    }
}
