/// How long to wait before a failed piece of work is tried again: doubling from `base`, at most `limit`, of which a part is
/// random so that many failures of one moment don't come back at one moment.
package struct Backoff: Sendable, Equatable {
    /// Seconds.
    package var base: Double
    package var limit: Double
    /// Share of each wait that is random, 0...1.
    package var chance: Double

    package init(base: Double, limit: Double, chance: Double = 0.5) {
        self.base = base
        self.limit = limit
        self.chance = chance
    }

    /// Seconds after the `attempt`th failure (from 1). `fraction` is a random number in 0...1.
    package func delay(after attempt: Int, fraction: Double = 0) -> Double {
        var delay = base
        for _ in 1..<max(1, min(attempt, 64)) where delay < limit { delay *= 2 }
        return min(delay, limit) * (1 - chance + chance * fraction)
    }
}

extension Randomness {
    /// 0..<1.
    package var fraction: Double {
        Double(bytes(4).reduce(0) { $0 << 8 | UInt64($1) }) / Double(UInt64(1) << 32)
    }
}
