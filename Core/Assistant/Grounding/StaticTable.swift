/// A sorted table that lies in the program as text and is searched where it lies: nothing is parsed and nothing is kept in
/// memory. A line is a key, or a key, a tab and a value; lines stand in the order of their bytes.
struct StaticTable: Sendable {
    private let text: StaticString

    init(_ text: StaticString) {
        self.text = text
    }

    /// Whether a line has this key: its value (empty when it has none), and whether longer keys begin so.
    func find(_ key: [UInt8]) -> (value: String?, begins: Bool) {
        text.withUTF8Buffer { bytes in
            let start = lowerBound(of: key, in: bytes)
            guard start < bytes.count, hasPrefix(key, at: start, in: bytes) else { return (nil, false) }
            let end = start + key.count
            let isKey = end == bytes.count || bytes[end] == Self.newline || bytes[end] == Self.tab
            guard isKey else { return (nil, true) }
            let lineEnd = bytes[end...].firstIndex(of: Self.newline) ?? bytes.count
            let value = end < lineEnd ? String(decoding: bytes[(end + 1)..<lineEnd], as: UTF8.self) : ""
            return (value, lineEnd + 1 < bytes.count && hasPrefix(key, at: lineEnd + 1, in: bytes))
        }
    }

    private static let newline = UInt8(ascii: "\n")
    private static let tab = UInt8(ascii: "\t")

    /// The start of the first line whose key is not less than this one.
    private func lowerBound(of key: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var low = 0
        var high = bytes.count
        while low < high {
            let start = lineStart(before: low + (high - low) / 2, in: bytes)
            if isLess(at: start, than: key, in: bytes) {
                low = (bytes[start...].firstIndex(of: Self.newline) ?? bytes.count - 1) + 1
            } else {
                high = start
            }
        }
        return low
    }

    private func lineStart(before middle: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var start = middle
        while start > 0, bytes[start - 1] != Self.newline { start -= 1 }
        return start
    }

    private func isLess(at start: Int, than key: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = start
        for byte in key {
            guard index < bytes.count, bytes[index] != Self.newline, bytes[index] != Self.tab else { return true }
            if bytes[index] != byte { return bytes[index] < byte }
            index += 1
        }
        return false
    }

    private func hasPrefix(_ key: [UInt8], at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        start + key.count <= bytes.count && key.indices.allSatisfy { bytes[start + $0] == key[$0] }
    }
}
