import Dispatch
import Glibc
import HTTPServer
import NIOCore

/// Where the output of all functions goes: `<data>/logs/<function>.log` and the terminal.
///
/// Lines are collected on the host loop and written by a queue of its own, so that neither a slow disk nor a stuck
/// terminal holds up an invocation. What the terminal doesn't take in time is dropped there, never in the file.
@HostLoop
final class LogWriter {
    /// Bytes waiting for the terminal beyond which lines are dropped.
    private static let terminalBacklog = 1 << 20

    private let directory: String
    private let terminal: Int32?
    private let notices: Int32?
    private var files: [String: LogFile] = [:]
    private var forTerminal: [UInt8] = []
    private var terminalPending = 0
    private let writer = DispatchQueue(label: "logs")

    /// - Parameters:
    ///   - terminal: descriptor that shows every line; `nil` for none.
    ///   - notices: descriptor for the few lines that somebody must see; `nil` for none.
    init(directory: String, terminal: Int32?, notices: Int32? = nil) {
        self.directory = directory
        self.terminal = terminal
        self.notices = notices
    }

    func write(_ function: String, _ line: some Sequence<UInt8>) {
        var bytes = Timestamp.now()
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
        file(function).pending.append(contentsOf: bytes)
        guard terminal != nil, forTerminal.count + terminalPending < Self.terminalBacklog else { return }
        forTerminal.append(contentsOf: function.utf8)
        forTerminal.append(contentsOf: " | ".utf8)
        forTerminal.append(contentsOf: bytes[25...])
    }

    func write(_ function: String, _ line: String) {
        write(function, line.utf8)
    }

    /// A line of the log that the person at the terminal sees too: something does not work.
    func notice(_ function: String, _ line: String) {
        write(function, line)
        guard let notices, terminal == nil else { return }
        let bytes = Array("\(function): \(line) (\(directory)/\(function).log)\n".utf8)
        writer.async { writeAll(notices, bytes) }
    }

    /// Hands what has been collected to the writing queue. Called a few times a second and at the end.
    func flush() {
        for file in files.values where !file.pending.isEmpty {
            let bytes = file.take()
            writer.async { [target = file.target] in target.append(bytes) }
        }
        guard let terminal, !forTerminal.isEmpty else { return }
        let bytes = forTerminal
        forTerminal = []
        terminalPending += bytes.count
        writer.async {
            writeAll(terminal, bytes)
            HostLoop.loop.execute { HostLoop.assumeIsolated { self.terminalPending -= bytes.count } }
        }
    }

    /// Flushes and waits until it is on disk.
    func close() async {
        flush()
        await withCheckedContinuation { continuation in writer.async { continuation.resume() } }
    }

    private func file(_ function: String) -> LogFile {
        if let file = files[function] { return file }
        let file = LogFile(path: "\(directory)/\(function).log")
        files[function] = file
        return file
    }
}

@HostLoop
private final class LogFile {
    var pending: [UInt8] = []
    let target: RotatingFile

    init(path: String) {
        target = RotatingFile(path: path)
    }

    func take() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}

/// A log file that is renamed to `.1`, `.2`, `.3` as it fills up.
// @unchecked: used on the log writer's writing queue only.
final class RotatingFile: @unchecked Sendable {
    private let path: String
    private let limit: Int
    private let kept: Int
    private var descriptor: Int32 = -1
    private var size = 0

    init(path: String, limit: Int = 8 << 20, kept: Int = 3) {
        self.path = path
        self.limit = limit
        self.kept = kept
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func append(_ bytes: [UInt8]) {
        if size > 0, size + bytes.count > limit { rotate() }
        if descriptor < 0 { openFile() }
        guard descriptor >= 0 else { return }
        writeAll(descriptor, bytes)
        size += bytes.count
    }

    private func openFile() {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        var status = stat()
        size = descriptor >= 0 && fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        if size > limit { rotate() }
    }

    private func rotate() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        size = 0
        for number in stride(from: kept - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        rename(path, "\(path).1")
    }
}

/// Writes everything; gives up when the descriptor is broken.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset) }
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        offset += count
    }
}

/// `2026-11-21T01:02:03.123Z`, 24 bytes.
@HostLoop
enum Timestamp {
    private static var second = 0
    private static var text: [UInt8] = []

    static func now() -> [UInt8] {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        if time.tv_sec != second || text.isEmpty { remember(time.tv_sec) }
        var bytes = text
        let milliseconds = time.tv_nsec / 1_000_000
        for (offset, divisor) in [100, 10, 1].enumerated() {
            bytes[20 + offset] = UInt8(48 + milliseconds / divisor % 10)
        }
        return bytes
    }

    private static func remember(_ seconds: Int) {
        second = seconds
        text = Array((utcText(seconds) + ".000Z").utf8)
    }
}

/// `2026-11-21T01:02:03` of seconds since 1970.
func utcText(_ seconds: Int) -> String {
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let day = CivilDay(number: seconds / 86_400)
    let time = seconds % 86_400
    return "\(day.year)-\(two(day.month))-\(two(day.day))T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
}
