import Cryptography

/// The system's randomness, or with a seed a repeatable one (SplitMix64).
struct ServerRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64?
    private var system = SystemRandomNumberGenerator()

    init(seed: UInt64?) {
        state = seed
    }

    mutating func next() -> UInt64 {
        guard let current = state else { return system.next() }
        let advanced = current &+ 0x9E37_79B9_7F4A_7C15
        state = advanced
        var value = advanced
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// Upper-case hexadecimal, `count` bytes.
    mutating func hex(_ count: Int) -> String {
        bytes(count).hex.uppercased()
    }
}
