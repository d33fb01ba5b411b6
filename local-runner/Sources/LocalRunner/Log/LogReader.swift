import Glibc

/// Reads a growing log file in pieces; a file that was rotated meanwhile is read to its end first.
struct LogReader {
    struct Line {
        /// `2026-11-21T01:02:03.123Z` and what was written then.
        var text: Substring

        var time: Substring { text.prefix(24) }
        var level: LogLevel { LogLevel(of: text.dropFirst(25)) }
    }

    let path: String
    private var offset: off_t = 0
    /// The file that `offset` belongs to.
    private var file: ino_t = 0

    init(path: String) {
        self.path = path
    }

    /// What was written since the last call; at first everything that the newest file holds.
    mutating func read() -> [Line] {
        let rotated = file == 0 || identity(path) == file ? [] : rest(of: "\(path).1", ifIt: file)
        return rotated + rest(of: path, ifIt: nil)
    }

    /// - Parameter known: read nothing when it is another file.
    private mutating func rest(of path: String, ifIt known: ino_t?) -> [Line] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, known == nil || known == status.st_ino else { return [] }
        if status.st_ino != file || status.st_size < offset { offset = 0 }
        file = status.st_ino
        return lines(descriptor, size: status.st_size)
    }

    /// Whole lines only: the last may still be being written.
    private mutating func lines(_ descriptor: Int32, size: off_t) -> [Line] {
        guard size > offset else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(size - offset))
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) }
        guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += off_t(end + 1)
        return String(decoding: bytes[..<end], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { Line(text: $0) }
    }

    private func identity(_ path: String) -> ino_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_ino : nil
    }
}
