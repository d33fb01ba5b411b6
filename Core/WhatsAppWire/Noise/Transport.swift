package enum TransportError: Error, Equatable {
    /// Altered, replayed, dropped or out of order: the counters are implicit, so these look alike.
    case notAuthentic
    /// 2^32 frames in one direction. A counter never wraps; the connection has to be opened anew.
    case exhausted
}

/// Seals and opens the frames of an open connection: AES-256-GCM, a counter per direction, no associated data.
package struct Transport: Sendable {
    private let writeKey: [UInt8]
    private let readKey: [UInt8]
    private var written: UInt64 = 0
    private var read: UInt64 = 0

    init(writeKey: [UInt8], readKey: [UInt8], written: UInt64 = 0) {
        self.writeKey = writeKey
        self.readKey = readKey
        self.written = written
    }

    package mutating func seal(_ plaintext: [UInt8]) throws(TransportError) -> [UInt8] {
        guard let counter = UInt32(exactly: written) else { throw .exhausted }
        do {
            let sealed = try Cipher.sealGCM(plaintext, key: writeKey, nonce: Self.nonce(counter))
            written += 1
            return sealed
        } catch { throw .notAuthentic }
    }

    package mutating func open(_ ciphertext: [UInt8]) throws(TransportError) -> [UInt8] {
        guard let counter = UInt32(exactly: read) else { throw .exhausted }
        do {
            let opened = try Cipher.openGCM(ciphertext, key: readKey, nonce: Self.nonce(counter))
            read += 1
            return opened
        } catch { throw .notAuthentic }
    }

    /// Eight zero bytes, then the counter.
    static func nonce(_ counter: UInt32) -> [UInt8] {
        [UInt8](repeating: 0, count: 8) + [UInt8](bigEndian: counter, count: 4)
    }
}
