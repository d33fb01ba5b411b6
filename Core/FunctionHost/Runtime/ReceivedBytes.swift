/// Bytes that have arrived and were not yet consumed.
struct ReceivedBytes {
    private var bytes: [UInt8]
    private var start = 0
    private var end = 0

    init(capacity: Int = 16_384) {
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    var count: Int { end - start }

    /// Lets `read` put bytes into the free space and returns what it returned: a count, 0 or -1.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        makeRoom()
        let count = bytes.withUnsafeMutableBytes { read(UnsafeMutableRawBufferPointer(rebasing: $0[end...])) }
        end += max(0, count)
        return count
    }

    /// For feeding by hand.
    mutating func append(_ new: some Collection<UInt8>) {
        makeRoom()
        bytes.replaceSubrange(end..., with: new)
        end = bytes.count
    }

    /// The next line without its end; `nil` until the end has arrived. CR LF, and a bare LF as RFC 9112 2.2 allows.
    mutating func takeLine() -> String? {
        guard let newline = bytes[start..<end].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = bytes[start..<newline]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        start = newline + 1
        return String(decoding: line, as: UTF8.self)
    }

    /// Moves up to `count` bytes to the end of `target`; returns how many.
    mutating func move(_ count: Int, to target: inout [UInt8]) -> Int {
        let taken = min(count, self.count)
        target.append(contentsOf: bytes[start..<start + taken])
        start += taken
        return taken
    }

    private mutating func makeRoom() {
        if start == end {
            start = 0
            end = 0
        } else if start > 0 {
            bytes.replaceSubrange(0..<end - start, with: bytes[start..<end])
            end -= start
            start = 0
        }
        if end == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
    }
}
