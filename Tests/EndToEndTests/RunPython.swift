import Foundation
import Support

/// Runs a script of `Tests` with the test-only Python; its output goes to `log` and comes back.
func runPython(
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
