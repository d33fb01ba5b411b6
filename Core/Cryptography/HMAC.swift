import COpenSSL

/// HMAC (RFC 2104) over a hash function.
package enum HMAC {
    package static func code(
        for message: some Sequence<UInt8>, key: SecretKey, _ function: HashFunction = .sha256
    ) -> [UInt8] {
        var running = RunningHMAC(key: key, function)
        running.update(message)
        return running.code
    }

    /// Constant time. False for a code that is cut.
    package static func isValid(
        _ code: some Collection<UInt8>, for message: some Sequence<UInt8>, key: SecretKey,
        _ function: HashFunction = .sha256
    ) -> Bool {
        equalInConstantTime(code, self.code(for: message, key: key, function))
    }
}

/// The same of what comes in pieces. Copies go on independently.
package struct RunningHMAC: Sendable {
    private let function: HashFunction
    private var context: HMACContext

    package init(key: SecretKey, _ function: HashFunction = .sha256) {
        self.function = function
        context = HMACContext(key: key, function)
    }

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        if !isKnownUniquelyReferenced(&context) { context = HMACContext(context) }
        withContiguous(bytes) { input in
            demand(EVP_MAC_update(context.pointer, input.baseAddress, input.count))
        }
    }

    /// The code of everything until now.
    package var code: [UInt8] {
        let end = HMACContext(context)
        return available(
            try? filled(function.length) { output in
                var length = 0
                return EVP_MAC_final(end.pointer, output, &length, function.length)
            })
    }
}

// Changed only by the one value that holds it (`isKnownUniquelyReferenced`); others read it. libcrypto wipes the key.
private final class HMACContext: @unchecked Sendable {
    let pointer: OpaquePointer
    // Nobody changes what it points to.
    private nonisolated(unsafe) static let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)

    init(key: SecretKey, _ function: HashFunction) {
        pointer = available(EVP_MAC_CTX_new(Self.algorithm))
        var name = Array(function.name.utf8CString)
        let isReady = name.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 0), OSSL_PARAM_construct_end(),
            ]
            return key.withBytes { EVP_MAC_init(pointer, $0, $1, parameters) }
        }
        demand(isReady)
    }

    init(_ other: HMACContext) {
        pointer = available(EVP_MAC_CTX_dup(other.pointer))
    }

    deinit { EVP_MAC_CTX_free(pointer) }
}
