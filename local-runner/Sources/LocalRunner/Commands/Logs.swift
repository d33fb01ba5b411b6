import ArgumentParser
import FoundationEssentials
import Glibc

/// `parley logs [NAME ...]`: what the functions wrote.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what the functions wrote.",
        discussion: """
            Each function has a file in <data>/logs; of all or several the lines are shown in the order of their time, each \
            behind its function's name. Files are bounded: the newest 8 MB and three older files of each function.
            """)

    @Argument(help: "Names of functions; all when they are left out.")
    var names: [String] = []

    @OptionGroup var installation: Installation

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(name: .shortAndLong, help: "Only lines of this level or above: \(LogLevel.names).")
    var level: LogLevel?

    @Option(name: [.customShort("n"), .long], help: "Lines of each function to begin with.")
    var lines = 100

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines must not be negative") }
    }

    func run() async throws {
        let folder = "\(installation.data)/logs"
        var readers: [String: LogReader] = [:]
        var isFirst = true
        repeat {
            var batch: [LogLine] = []
            for function in try functions(in: folder) {
                var reader = readers[function] ?? LogReader(path: "\(folder)/\(function).log")
                let new = reader.read().filter { line in level.map { line.level.isAtLeast($0) } ?? true }
                batch += (isFirst ? new.suffix(lines) : new[...]).map { LogLine(function: function, line: $0) }
                readers[function] = reader
            }
            show(batch)
            isFirst = false
            if follow { try await Task.sleep(for: .milliseconds(200)) }
        } while follow
    }

    private struct LogLine {
        var function: String
        var line: LogReader.Line
    }

    private func functions(in folder: String) throws -> [String] {
        guard let all = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw StartError("there are no logs in \(folder)")
        }
        let written = all.filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }.sorted()
        if let silent = names.first(where: { !written.contains($0) }), !follow {
            throw StartError("\(silent) has written nothing to \(folder)")
        }
        return names.isEmpty ? written : written.filter(names.contains)
    }

    /// Timestamps have one width, so their order is that of their text. Lines of one file keep theirs.
    private func show(_ batch: [LogLine]) {
        let sorted = batch.enumerated().sorted { ($0.1.line.time, $0.0) < ($1.1.line.time, $1.0) }
        for (_, entry) in sorted {
            let prefix = names.count == 1 ? "" : "\(entry.function) | "
            writeAll(STDOUT_FILENO, Array("\(prefix)\(entry.line.text)\n".utf8))
        }
    }
}
