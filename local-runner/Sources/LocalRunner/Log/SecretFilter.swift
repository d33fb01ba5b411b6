import NIOCore

/// Takes the values of secrets out of what functions write: a library's error message may quote the URI it was given.
struct SecretFilter: Sendable {
    private static let mark = Array("[secret]".utf8)
    private let needles: [[UInt8]]

    /// - Parameter secrets: values; up to eight bytes they are ordinary words.
    init(_ secrets: [String]) {
        needles = secrets.map { Array($0.utf8) }.filter { $0.count > Self.mark.count }.sorted { $0.count > $1.count }
    }

    /// The same with another secret.
    func hiding(_ secret: String) -> SecretFilter {
        SecretFilter(needles.map { String(decoding: $0, as: UTF8.self) } + [secret])
    }

    /// The line's bytes with every secret replaced.
    func filtered(_ line: ByteBuffer) -> [UInt8] {
        var bytes = Array(line.readableBytesView)
        for needle in needles {
            while let hit = bytes.firstRange(of: needle) { bytes.replaceSubrange(hit, with: Self.mark) }
        }
        return bytes
    }
}
