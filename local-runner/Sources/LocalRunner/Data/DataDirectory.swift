import FoundationEssentials
import Glibc

/// The folder that holds everything this installation keeps: cluster, keys, logs. One runner at a time.
struct DataDirectory: Sendable {
    let path: String

    var keys: String { "\(path)/keys" }
    var logs: String { "\(path)/logs" }
    var run: String { "\(path)/run" }
    var clockFile: String { "\(path)/run/clock" }

    /// Creates the folder. Logs and keys are for the owner's eyes only.
    init(_ path: String) throws {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        try FileManager.default.createDirectory(atPath: absolute, withIntermediateDirectories: true)
        guard let resolved = realpath(absolute, nil) else { throw DataDirectoryError.unusable(absolute) }
        defer { free(resolved) }
        self.path = String(cString: resolved)
        for folder in [logs, run] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        chmod(logs, 0o750)
        // Clock, sandbox and their keys.
        chmod(run, 0o700)
    }

    /// Takes the folder for this process until it ends, however it ends.
    func lock() throws -> DataLock {
        let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw DataDirectoryError.unusable("\(path)/lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = FileManager.default.contents(atPath: "\(path)/lock").map { String(decoding: $0, as: UTF8.self) }
            close(descriptor)
            throw DataDirectoryError.inUse(path, process: owner?.filter(\.isNumber) ?? "")
        }
        ftruncate(descriptor, 0)
        writeAll(descriptor, Array("\(getpid())\n".utf8))
        return DataLock(descriptor: descriptor)
    }
}

/// Held as long as the process lives; the kernel lets go of it even after SIGKILL.
struct DataLock: Sendable {
    let descriptor: Int32

    func release() {
        close(descriptor)
    }
}

enum DataDirectoryError: Error, CustomStringConvertible {
    case inUse(String, process: String)
    case unusable(String)

    var description: String {
        switch self {
        case .inUse(let path, let process):
            "Parley is already running on \(path) (process \(process)); stop it first or choose another --data"
        case .unusable(let path): "\(path) can't be used: \(String(cString: strerror(errno)))"
        }
    }
}
