import ArgumentParser
import FoundationEssentials
import Glibc

/// `parley logs [NAME]`: what the functions wrote.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the log of one function, or of all.")

    @Argument(help: "Name of the function; all when it is left out.")
    var name: String?

    @OptionGroup var installation: Installation

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "Lines of each file to begin with.")
    var lines = 100

    func run() async throws {
        let folder = "\(installation.data)/logs"
        var readers: [String: LogReader] = [:]
        var isFirst = true
        repeat {
            for file in try files(in: folder) {
                var reader = readers[file] ?? LogReader(path: "\(folder)/\(file)")
                let text = reader.read(last: readers[file] == nil && isFirst ? lines : nil)
                readers[file] = reader
                show(text, of: String(file.dropLast(4)))
            }
            isFirst = false
            if follow { try await Task.sleep(for: .milliseconds(200)) }
        } while follow
    }

    private func files(in folder: String) throws -> [String] {
        guard let all = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw StartError("there are no logs in \(folder)")
        }
        let files = all.filter { $0.hasSuffix(".log") && (name == nil || $0 == "\(name ?? "").log") }.sorted()
        if let name, files.isEmpty, !follow { throw StartError("\(name) has written nothing to \(folder)") }
        return files
    }

    private func show(_ lines: [Substring], of function: String) {
        let prefix = name == nil ? "\(function) | " : ""
        for line in lines { writeAll(STDOUT_FILENO, Array("\(prefix)\(line)\n".utf8)) }
    }
}

/// Reads a growing log file in pieces and starts again when it was rotated.
private struct LogReader {
    let path: String
    private var offset: off_t = 0
    private var file: ino_t = 0

    init(path: String) {
        self.path = path
    }

    mutating func read(last: Int?) -> [Substring] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return [] }
        if status.st_ino != file || status.st_size < offset { offset = 0 }
        file = status.st_ino
        let count = Int(status.st_size - offset)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, offset) }
        guard got > 0, let end = bytes[..<got].lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += off_t(end + 1)
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        return last.map { Array(lines.suffix($0)) } ?? lines
    }
}
