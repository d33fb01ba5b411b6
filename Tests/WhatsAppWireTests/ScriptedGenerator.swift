import Support

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
