import Glibc
import Synchronization

/// Bytes on disk under no name: however the process ends, nothing of them is left.
final class TemporaryFile: Sendable {
    /// `/tmp` is memory on some systems.
    static let folders = ["/var/tmp", "/tmp"]

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
        var path = Array("\(folder)/parley.XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return nil }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
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
