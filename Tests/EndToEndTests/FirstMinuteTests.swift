import Foundation
import Support
import Testing

/// One command, no credentials, a browser: the way a stranger meets Parley.
@Suite struct FirstMinuteTests {
    @Test(.timeLimit(.minutes(5))) func theDemoAnswersOnThePhoneOncePerQuestion() async throws {
        let folder = "/var/tmp/parley-first-minute-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parley = try RunningParley(data: folder + "/data", log: folder + "/up.log")
        do {
            let url = try await parley.url()
            let outcome = try await runPython(
                "Browser/first_minute.py", ["PARLEY_URL": url], log: folder + "/browser.log")
            #expect(outcome.status == 0, "\(outcome.output)\n--- parley up:\n\(parley.output)")
            let account = try #require(FileManager.default.contents(atPath: folder + "/data/demo.json"))
            #expect(String(decoding: account, as: UTF8.self).contains("nora@linden-bakery.example"))
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/data/demo.json")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        } catch {
            Issue.record("\(error)\n--- parley up:\n\(parley.output)")
        }
        await parley.stop()
    }
}

/// `parley up` as a person starts it, on ports of the system's choice.
private final class RunningParley: Sendable {
    private let process = Process()
    private let log: String
    private let ended: AsyncStream<Void>

    init(data: String, log: String) throws {
        self.log = log
        try Data().write(to: URL(filePath: log))
        let output = try #require(FileHandle(forWritingAtPath: log))
        process.executableURL = URL(filePath: ProjectRoot.path + "/.build/debug/parley")
        process.arguments = ["up", "--port", "0", "--control-port", "0", "--data", data, "--root", ProjectRoot.path]
        let kept = ProcessInfo.processInfo.environment.filter { ["HOME", "LANG", "PATH", "TMPDIR"].contains($0.key) }
        process.environment = kept
        process.standardOutput = output
        process.standardError = output
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        ended = stream
        process.terminationHandler = { _ in end.finish() }
        try process.run()
    }

    var output: String {
        String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self).suffix(6_000).description
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
        throw NotReady()
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

    private struct NotReady: Error, CustomStringConvertible { let description = "parley up did not get ready" }
}

private func runPython(
    _ script: String, _ variables: [String: String], log: String
) async throws -> (status: Int32, output: String) {
    try Data().write(to: URL(filePath: log))
    let process = Process()
    process.executableURL = URL(filePath: ProjectRoot.path + "/Tests/python")
    process.arguments = ["-W", "ignore", ProjectRoot.path + "/Tests/" + script]
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    process.standardOutput = FileHandle(forWritingAtPath: log)
    process.standardError = FileHandle(forWritingAtPath: log)
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in ended.resume() }
        do { try process.run() } catch { ended.resume(throwing: error) }
    }
    return (
        process.terminationStatus, String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    )
}
