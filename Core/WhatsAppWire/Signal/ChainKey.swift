/// A symmetric ratchet: each message takes a seed and moves the chain on.
struct ChainKey: Sendable, Equatable {
    var key: [UInt8]
    /// The number of the next message.
    var index: UInt32

    var seed: [UInt8] { Digest.hmacSHA256(key: key, [1]) }

    mutating func advance() throws(SignalError) {
        guard index < .max else { throw .exhausted }
        key = Digest.hmacSHA256(key: key, [2])
        index += 1
    }
}

/// The seeds of messages that were overtaken, oldest first. A seed is used once and then gone.
struct SkippedSeeds: Sendable, Equatable {
    static let maximum = 2000

    private(set) var indexes: [UInt32] = []
    private(set) var seeds: [[UInt8]] = []

    mutating func add(_ seed: [UInt8], index: UInt32) {
        if indexes.count >= Self.maximum {
            indexes.removeFirst()
            seeds.removeFirst()
        }
        indexes.append(index)
        seeds.append(seed)
    }

    mutating func take(_ index: UInt32) -> [UInt8]? {
        guard let position = indexes.firstIndex(of: index) else { return nil }
        indexes.remove(at: position)
        return seeds.remove(at: position)
    }
}

extension ChainKey {
    /// The seed of message `counter`: a remembered one, or the chain moved on to it. The gap is bounded.
    mutating func seed(for counter: UInt32, skipped: inout SkippedSeeds) throws(SignalError) -> [UInt8] {
        if counter < index {
            guard let seed = skipped.take(counter) else { throw .duplicate }
            return seed
        }
        guard counter - index <= SkippedSeeds.maximum else { throw .tooFarAhead(counter) }
        while index < counter {
            skipped.add(seed, index: index)
            try advance()
        }
        let result = seed
        try advance()
        return result
    }
}

extension SkippedSeeds {
    init(indexes: [UInt32], joined: some Collection<UInt8>) throws(StorageError) {
        guard joined.count == 32 * indexes.count, indexes.count <= Self.maximum else { throw StorageError() }
        let bytes = Array(joined)
        self.indexes = indexes
        seeds = indexes.indices.map { Array(bytes[32 * $0..<32 * $0 + 32]) }
    }

    var joined: [UInt8] { Array(seeds.joined()) }
}
