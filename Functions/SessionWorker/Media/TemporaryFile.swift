import FoundationEssentials
import Glibc
import Synchronization

/// Bytes on disk under no name: however the process ends, nothing of them is left.
final class TemporaryFile: Sendable {
    /// What the system has for such files.
    static let folders = ["/var/tmp", "/tmp"]

    /// Those that can be written, on a disk before in memory, which `/tmp` is on some systems and in most containers.
    static func usable(_ folders: [String]) -> [String] {
        let writable = folders.filter { access($0, W_OK | X_OK) == 0 }
        return writable.filter { !isInMemory($0) } + writable.filter(isInMemory)
    }

    /// tmpfs or ramfs: what is kept there counts against the memory of whoever runs us.
    static func isInMemory(_ folder: String) -> Bool {
        guard let resolved = realpath(folder, nil) else { return false }
        defer { free(resolved) }
        let mounts = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/mounts"))) ?? Data()
        return isInMemory(String(cString: resolved), mounts: String(decoding: mounts, as: UTF8.self))
    }

    /// - Parameter mounts: as the kernel lists them, one a line: device, folder, kind, the rest. Of two at one folder the later one counts.
    static func isInMemory(_ path: String, mounts: String) -> Bool {
        var (longest, kind) = (0, Substring())
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 2 else { continue }
            let isAbove = words[1] == "/" || path == words[1] || path.hasPrefix(words[1] + "/")
            if isAbove, words[1].utf8.count >= longest { (longest, kind) = (words[1].utf8.count, words[2]) }
        }
        return kind == "tmpfs" || kind == "ramfs"
    }

    private let descriptor: Int32
    private let written = Mutex(0)

    /// - Parameter folders: the first that can be written is taken.
    init(in folders: [String] = folders) throws(TemporaryFileError) {
        for folder in folders {
            guard let descriptor = Self.open(in: folder) else { continue }
            self.descriptor = descriptor
            return
        }
        throw TemporaryFileError(errno)
    }

    deinit {
        close(descriptor)
    }

    var length: Int { written.withLock { $0 } }

    func append(_ bytes: [UInt8]) throws(TemporaryFileError) {
        try written.withLock { end throws(TemporaryFileError) in
            var done = 0
            while done < bytes.count {
                let count = bytes[done...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(end)) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw TemporaryFileError(errno) }
                done += count
                end += count
            }
        }
    }

    /// At most so many bytes; none behind the end.
    func read(at offset: Int, most: Int) throws(TemporaryFileError) -> [UInt8] {
        var failure: TemporaryFileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            let read = pread(descriptor, buffer.baseAddress, most, off_t(offset))
            failure = read < 0 ? TemporaryFileError(errno) : nil
            count = max(0, read)
        }
        if let failure { throw failure }
        return bytes
    }

    private static func open(in folder: String) -> Int32? {
        let path = "\(folder)/parley.\(UUID().uuidString)"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        unlink(path)
        return descriptor
    }
}

struct TemporaryFileError: Error, Sendable, Equatable, CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) {
        self.code = code
    }

    var description: String { "a file on its way could not be kept on disk (errno \(code))" }
}
