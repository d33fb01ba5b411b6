import Glibc
import HTTPServer

/// Reads a process's resident size from `/proc/<pid>/status`, kept open so that one read costs one system call.
@HostLoop
final class ProcessMemory {
    private let descriptor: Int32
    private(set) var latest = 0

    init?(pid: pid_t) {
        descriptor = open("/proc/\(pid)/status", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
    }

    deinit {
        close(descriptor)
    }

    /// `VmRSS` and `VmHWM`, KB; `nil` when the process has gone.
    func read() -> (now: Int, peak: Int)? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2048) { buffer in
            let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return nil }
            let text = UnsafeRawBufferPointer(buffer)[..<count]
            guard let peak = Self.value(of: "VmHWM:", in: text), let now = Self.value(of: "VmRSS:", in: text) else {
                return nil
            }
            latest = now
            return (now, peak)
        }
    }

    private static func value(of key: StaticString, in text: Slice<UnsafeRawBufferPointer>) -> Int? {
        let length = key.utf8CodeUnitCount
        var index = text.startIndex
        while index + length < text.endIndex {
            if memcmp(text.base.baseAddress! + index, key.utf8Start, length) == 0 {
                return number(in: text[(index + length)...])
            }
            guard let newline = text[index...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            index = newline + 1
        }
        return nil
    }

    private static func number(in text: Slice<UnsafeRawBufferPointer>) -> Int {
        text.drop { $0 == 32 || $0 == 9 }.prefix { (48...57).contains($0) }.reduce(0) { $0 * 10 + Int($1) - 48 }
    }
}
