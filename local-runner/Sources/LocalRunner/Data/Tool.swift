import HTTPServer
import NIOCore

/// Runs a program to its end and returns what it printed.
enum Tool {
    /// Bytes of output kept.
    private static let outputLimit = 1 << 20

    /// - Parameters:
    ///   - user: run as this user (when we are root).
    ///   - environment: the program's whole environment.
    ///   - onLine: sees the output as it comes.
    @HostLoop
    @discardableResult
    static func run(
        _ path: String, _ arguments: [String], as user: String? = nil,
        environment: [String: String] = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"],
        directory: String = "/", onLine: (@HostLoop (String) -> Void)? = nil
    ) async throws -> String {
        let words = user.map { ["-u", $0, "--", path] + arguments } ?? arguments
        let command = ChildProcess.Command(
            path: user == nil ? path : "/usr/sbin/runuser", arguments: words, environment: environment,
            directory: directory)
        let output = Output()
        let ending: ChildProcess.Ending? = try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try ChildProcess.start(
                    command,
                    onLine: { line in
                        output.append(line, limit: outputLimit)
                        onLine?(String(buffer: line))
                    },
                    onExit: { continuation.resume(returning: $0.ending) })
            } catch {
                continuation.resume(throwing: error)
            }
        }
        guard ending == .exited(0) else {
            throw ToolError(command: ([path] + arguments).joined(separator: " "), output: output.text)
        }
        return output.text
    }

    @HostLoop
    private final class Output {
        private(set) var text = ""

        func append(_ line: ByteBuffer, limit: Int) {
            guard text.utf8.count + line.readableBytes < limit else { return }
            text += String(buffer: line) + "\n"
        }
    }
}

struct ToolError: Error, CustomStringConvertible {
    let command: String
    let output: String
    var description: String { "\(command) failed: \(output)" }
}
