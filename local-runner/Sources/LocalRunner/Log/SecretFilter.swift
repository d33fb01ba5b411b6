import Glibc
import NIOCore

/// Takes the values of secrets out of what functions write: a library's error message may quote the URI it was given.
struct SecretFilter: Sendable {
    private static let mark = Array("[secret]".utf8)
    private let needles: [[UInt8]]

    /// - Parameter secrets: values; short ones would hit ordinary words.
    init(_ secrets: [String]) {
        needles = secrets.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// The line's bytes with every secret replaced.
    func filtered(_ line: ByteBuffer) -> [UInt8] {
        var bytes = Array(line.readableBytesView)
        for needle in needles {
            while let start = Self.position(of: needle, in: bytes) {
                bytes.replaceSubrange(start..<start + needle.count, with: Self.mark)
            }
        }
        return bytes
    }

    private static func position(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBytes { line -> Int? in
            guard let base = line.baseAddress, let hit = memmem(base, line.count, needle, needle.count) else { return nil }
            return UnsafeRawPointer(hit) - base
        }
    }
}
