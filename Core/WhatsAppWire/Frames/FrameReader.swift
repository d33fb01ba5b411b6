package enum FrameError: Error, Equatable {
    case tooLarge(length: Int, limit: Int)
    /// The connection did not open with `57 41 06 03` (after at most one edge-routing block).
    case badIntro
}

/// Cuts a byte stream into frames: a three-byte big-endian length, then that many bytes.
/// Holds at most one unfinished frame of `limit` bytes, plus whatever came in the same chunk.
package struct FrameReader: Sendable {
    package static let maximumLength = (1 << 24) - 1

    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0

    package init(limit: Int = maximumLength) {
        self.limit = min(limit, Self.maximumLength)
    }

    package var bufferedCount: Int { buffer.count - start }

    /// Drain with `next` before appending again.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, nil when more bytes are needed. A refused length is refused for ever.
    package mutating func next() throws(FrameError) -> [UInt8]? {
        guard bufferedCount >= 3 else { return nil }
        let length = Int(buffer[start]) << 16 | Int(buffer[start + 1]) << 8 | Int(buffer[start + 2])
        guard length <= limit else { throw .tooLarge(length: length, limit: limit) }
        guard bufferedCount >= 3 + length else { return nil }
        defer { start += 3 + length }
        return Array(buffer[start + 3..<start + 3 + length])
    }
}
