import Foundation
import Support
import Testing

/// `parley up` as a person starts it, on ports of the system's choice.
final class RunningParley: Sendable {
    private let process = Process()
    private let log: String
    private let ended: AsyncStream<Void>

    /// - Parameter variables: beyond the few that every program needs.
    init(data: String, log: String, arguments: [String] = [], variables: [String: String] = [:]) throws {
        self.log = log
        try Data().write(to: URL(filePath: log))
        let output = try #require(FileHandle(forWritingAtPath: log))
        process.executableURL = URL(filePath: ProjectRoot.path + "/.build/debug/parley")
        process.arguments =
            ["up", "--port", "0", "--control-port", "0", "--data", data, "--root", ProjectRoot.path] + arguments
        let kept = ProcessInfo.processInfo.environment.filter { ["HOME", "LANG", "PATH", "TMPDIR"].contains($0.key) }
        process.environment = kept.merging(variables) { $1 }
        process.standardOutput = output
        process.standardError = output
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        ended = stream
        process.terminationHandler = { _ in end.finish() }
        try process.run()
    }

    var output: String {
        String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    }

    /// Where it answers; at most a minute after the start.
    func url() async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline, process.isRunning {
            if let line = output.split(separator: "\n").first(where: { $0.hasPrefix("Parley is ready: ") }) {
                return String(line.dropFirst("Parley is ready: ".count))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestSetupError("parley up did not get ready:\n\(output.suffix(6_000))")
    }

    /// As Ctrl-C does; killed when that takes more than half a minute.
    func stop() async {
        process.terminate()
        let killer = Task {
            try await Task.sleep(for: .seconds(30))
            kill(process.processIdentifier, SIGKILL)
        }
        for await _ in ended {}
        killer.cancel()
    }
}
