import Foundation

/// A function's executable, started against a Runtime API. A thread of its own waits for its end: tests run on few
/// threads, and none of them may block.
package final class FunctionProcess: Sendable {
    package let identifier: Int32
    private let output: String
    private let errors: String

    package init(_ product: String, serving server: RuntimeAPIServer, variables: [String: String] = [:]) throws {
        let folder = FileManager.default.temporaryDirectory.path
        let name = "\(product)-\(UUID().uuidString)"
        output = "\(folder)/\(name).out"
        errors = "\(folder)/\(name).err"
        let environment = Self.hostVariables(product, server.port).merging(variables) { _, own in own }
        identifier = try Self.spawn(try Self.executable(product), environment, output: output, errors: errors)
        let identifier = identifier
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            server.processEnded(signal == 0 ? status >> 8 & 0xFF : -signal)
        }
    }

    deinit {
        unlink(output)
        unlink(errors)
    }

    package func signal(_ number: Int32) {
        Glibc.kill(identifier, number)
    }

    /// Harmless when the process has ended.
    package func kill() {
        signal(SIGKILL)
    }

    /// What was written so far; all of it once the process has ended.
    package var standardOutput: String { Self.text(output) }
    package var standardError: String { Self.text(errors) }

    private static func text(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    private static func spawn(
        _ executable: String, _ environment: [String: String], output: String, errors: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, flags, 0o600)
        var arguments = [strdup(executable), nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var identifier: pid_t = 0
        let failure = posix_spawn(&identifier, executable, &actions, nil, &arguments, &variables)
        guard failure == 0 else { throw TestSetupError("\(executable) can't be started: errno \(failure)") }
        return identifier
    }

    /// Products lie beside the test bundle.
    private static func executable(_ product: String) throws -> String {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let beside = URL(fileURLWithPath: bundle).deletingLastPathComponent().path
        for folder in [beside, ProjectRoot.path + "/.build/debug"]
        where FileManager.default.isExecutableFile(atPath: "\(folder)/\(product)") {
            return "\(folder)/\(product)"
        }
        throw TestSetupError("\(product) is not built: it must be a dependency of this test target")
    }

    private static func hostVariables(_ product: String, _ port: UInt16) -> [String: String] {
        [
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_FUNCTION_NAME": product,
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(port)", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC",
            "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
        ]
    }
}
