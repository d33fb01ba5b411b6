import COpenSSL

/// A hash of what comes in pieces. Copies go on independently.
package struct RunningHash: Sendable {
    private let function: HashFunction
    private var context: HashContext

    package init(_ function: HashFunction) {
        self.function = function
        context = HashContext()
        demand(EVP_DigestInit_ex2(context.pointer, function.pointer, nil))
    }

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        if !isKnownUniquelyReferenced(&context) { context = HashContext(context) }
        withContiguous(bytes) { input in
            demand(EVP_DigestUpdate(context.pointer, input.baseAddress, input.count))
        }
    }

    /// The hash of everything until now.
    package var hash: [UInt8] {
        let end = HashContext(context)
        return available(try? filled(function.length) { EVP_DigestFinal_ex(end.pointer, $0, nil) })
    }
}

// Changed only by the one value that holds it (`isKnownUniquelyReferenced`); others read it.
private final class HashContext: @unchecked Sendable {
    let pointer = available(EVP_MD_CTX_new())

    init() {}

    init(_ other: HashContext) {
        demand(EVP_MD_CTX_copy_ex(pointer, other.pointer))
    }

    deinit { EVP_MD_CTX_free(pointer) }
}
