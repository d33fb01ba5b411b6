extension [UInt8] {
    /// The low `count` bytes of `value`, most significant first.
    init(bigEndian value: some FixedWidthInteger, count: Int) {
        let value = UInt64(truncatingIfNeeded: value)
        self = (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// The number these bytes spell, most significant first; nil beyond eight bytes.
    var bigEndianValue: UInt64? {
        guard count <= 8 else { return nil }
        return reduce(0) { $0 << 8 | UInt64($1) }
    }
}
