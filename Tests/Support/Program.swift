import Dispatch
import Foundation

/// Another program, run to its end on a thread of its own: waiting for it on a thread of the cooperative pool (there are two on
/// a small machine) would stop every other test meanwhile.
package enum Program {
    /// - Returns: the exit status, and what it wrote to both of its outputs.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil, directory: String? = nil
    ) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "program").async {
                continuation.resume(with: Result { try wait(path, arguments, environment, directory) })
            }
        }
    }

    private static func wait(
        _ path: String, _ arguments: [String], _ environment: [String: String]?, _ directory: String?
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
