import COpenSSL

/// HMAC (RFC 2104) over a hash function.
package enum HMAC {
    package static func code(
        for message: some Sequence<UInt8>, key: SecretKey, _ function: HashFunction = .sha256
    ) -> [UInt8] {
        let context = HMACContext(key: key, function)
        context.update(message)
        return context.finish(function)
    }

    /// Constant time. False for a code that is cut.
    package static func isValid(
        _ code: some Collection<UInt8>, for message: some Sequence<UInt8>, key: SecretKey,
        _ function: HashFunction = .sha256
    ) -> Bool {
        equalInConstantTime(code, self.code(for: message, key: key, function))
    }
}

/// HMAC of what comes in pieces. Copies go on independently.
package struct RunningHMAC: Sendable {
    private let function: HashFunction
    private var context: HMACContext

    package init(key: SecretKey, _ function: HashFunction = .sha256) {
        self.function = function
        context = HMACContext(key: key, function)
    }

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        if !isKnownUniquelyReferenced(&context) { context = HMACContext(copying: context) }
        context.update(bytes)
    }

    /// The code of everything until now.
    package var code: [UInt8] { HMACContext(copying: context).finish(function) }
}

// Changed only by the one value that holds it (`isKnownUniquelyReferenced`); others read it. libcrypto wipes the key.
final class HMACContext: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(key: SecretKey, _ function: HashFunction) {
        let copy = Libcrypto.demand(EVP_MAC_CTX_dup(Self.template(of: function)))
        pointer = copy
        Libcrypto.demand(key.withBytes { EVP_MAC_init(copy, $0, $1, nil) } == 1)
    }

    init(copying other: HMACContext) {
        pointer = withExtendedLifetime(other) { Libcrypto.demand(EVP_MAC_CTX_dup(other.pointer)) }
    }

    deinit { EVP_MAC_CTX_free(pointer) }

    func update(_ bytes: some Sequence<UInt8>) {
        withContiguous(bytes) { input in
            withExtendedLifetime(self) {
                Libcrypto.demand(EVP_MAC_update(pointer, input.baseAddress, input.count) == 1)
            }
        }
    }

    /// The last thing that is done with it.
    func finish(_ function: HashFunction) -> [UInt8] {
        Libcrypto.demand(
            try? Libcrypto.filled(function.length, or: .unavailable) { output in
                var length = 0
                return withExtendedLifetime(self) { EVP_MAC_final(pointer, output, &length, function.length) }
            })
    }

    // Each knows its hash function and no key: setting it fetches the function, which takes longer than a short code. Never freed;
    // nobody changes what they point to.
    private nonisolated(unsafe) static let md5 = made(.md5)
    private nonisolated(unsafe) static let sha1 = made(.sha1)
    private nonisolated(unsafe) static let sha256 = made(.sha256)
    private nonisolated(unsafe) static let sha512 = made(.sha512)

    private static func template(of function: HashFunction) -> OpaquePointer {
        switch function {
        case .md5: md5
        case .sha1: sha1
        case .sha256: sha256
        case .sha512: sha512
        }
    }

    private static func made(_ function: HashFunction) -> OpaquePointer {
        let algorithm = Libcrypto.fetched("HMAC") { EVP_MAC_fetch(nil, "HMAC", nil) }
        let context = Libcrypto.demand(EVP_MAC_CTX_new(algorithm))
        // OpenSSL keeps both addresses as long as it reads the list.
        let result = "digest".withCString { name in
            var value = Array(function.name.utf8CString)
            return value.withUnsafeMutableBufferPointer { value in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string(name, value.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return SecretKey([]).withBytes { EVP_MAC_init(context, $0, $1, parameters) }
            }
        }
        Libcrypto.demand(result == 1)
        return context
    }
}
