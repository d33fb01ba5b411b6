/// Makes identifiers of Twilio's shape: two letters and 32 lower-case hex digits. SplitMix64 over the seed, so that equal
/// seeds give equal runs.
struct SIDSource: Sendable {
    private var state: UInt64

    init(seed: UInt64?) {
        state = seed ?? UInt64.random(in: .min ... .max)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func make(_ prefix: String) -> String {
        prefix + hex(next()) + hex(next())
    }
}

/// Sixteen lower-case hex digits.
func hex(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
}

func isSID(_ text: String, _ prefix: String) -> Bool {
    text.hasPrefix(prefix) && text.utf8.count == 34 && text.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
}
