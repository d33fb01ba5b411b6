extension Sequence<UInt8> {
    /// Two lower-case digits for each byte.
    package var hex: String {
        reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }
}
