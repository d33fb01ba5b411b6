import FoundationEssentials
import Testing

/// SplitMix64: repeatable randomness for tests.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Hands out chosen bytes, eight at a time; then falls back to a seed.
struct ScriptedGenerator: RandomNumberGenerator {
    private var script: [UInt8]
    private var rest = SeededGenerator(seed: 0)

    init(_ script: [UInt8]) {
        self.script = script
    }

    mutating func next() -> UInt64 {
        guard script.count >= 8 else { return rest.next() }
        defer { script.removeFirst(8) }
        return script.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
