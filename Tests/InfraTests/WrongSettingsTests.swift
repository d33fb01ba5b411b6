import Foundation
import Support
import Testing
import Web

/// What an operator got wrong is said in one line that names it, and nothing starts again and again.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WrongSettingsTests {
    private static let nowhere = "postgresql://parley_lines:x@127.0.0.1:1/parley"
    private static let key = "a:" + Data(repeating: 7, count: 32).base64EncodedString()

    /// - Parameter seconds: how long it may run from its first line on.
    /// - Returns: the exit status, `nil` when it ran on; and what it logged.
    private static func run(
        _ program: String, _ environment: [String: String], seconds: Double
    ) async throws -> (status: Int32?, lines: [JSONValue]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProjectRoot.path + "/.build/debug/" + program)
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        let log = FileManager.default.temporaryDirectory.path + "/\(program)-\(UUID().uuidString).log"
        try Data().write(to: URL(fileURLWithPath: log))
        defer { try? FileManager.default.removeItem(atPath: log) }
        let output = try #require(FileHandle(forWritingAtPath: log))
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        func text() -> String { String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self) }
        func wait(_ seconds: Double, until isDone: () -> Bool = { false }) async throws {
            let deadline = ContinuousClock.now + .seconds(seconds)
            while process.isRunning, !isDone(), ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await wait(60) { !text().isEmpty }
        try await wait(seconds)
        let isRunning = process.isRunning
        if isRunning { kill(process.processIdentifier, SIGKILL) }
        let lines = try text().split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        return (isRunning ? nil : process.terminationStatus, lines)
    }

    @Test(
        arguments: [
            ("session-worker", [:], "PARLEY_SECRET_KEYS is not set"),
            (
                "session-worker", ["PARLEY_SECRET_KEYS": "a:zz", "DATABASE_URL": nowhere],
                "PARLEY_SECRET_KEYS: entry 1 is not id:base64 of 32 bytes"
            ),
            ("session-worker", ["PARLEY_SECRET_KEYS": key], "DATABASE_URL is not set"),
            ("event-stream", ["DATABASE_URL": nowhere, "PORT": "0"], "PUBLIC_URL is not set"),
            (
                "event-stream", ["DATABASE_URL": nowhere, "PUBLIC_URL": "https://bot.example.com", "PORT": "many"],
                "PORT is malformed"
            ),
        ] as [(String, [String: String], String)])
    func aProcessEndsWithOneLine(program: String, variables: [String: String], reason: String) async throws {
        let (status, lines) = try await Self.run(program, variables, seconds: 30)
        #expect(status == 1 && lines.count == 1, "\(lines)")
        #expect(lines.first?["level"]?.string == "critical")
        #expect(lines.first?["metadata"]?["error"]?.string == reason, "\(lines)")
    }

    /// It may come back: who waits for it says so now and then.
    @Test(arguments: ["session-worker", "event-stream"])
    func aDatabaseThatIsAwayIsWaitedFor(program: String) async throws {
        let variables = [
            "DATABASE_URL": Self.nowhere, "PARLEY_SECRET_KEYS": Self.key, "PORT": "0",
            "SESSION_SECRET": "a secret of the tests that is long enough",
            "PUBLIC_URL": "https://bot.example.com",
        ]
        let (status, lines) = try await Self.run(program, variables, seconds: 5)
        #expect(status == nil, "it ended")
        #expect((1...6).contains(lines.count), "\(lines)")
        for line in lines {
            #expect(line["metadata"]?["error"]?.string?.contains("Connection refused") == true, "\(line)")
        }
    }

    /// Each variable by itself, as a deployment gives them to functions.
    @Test(
        arguments: [
            ("run-jobs", ["DATABASE_URL": nowhere, "PARLEY_SECRET_KEYS": "a:zz"], "PARLEY_SECRET_KEYS"),
            ("run-jobs", ["PARLEY_SECRET_KEYS": key], "DATABASE_URL"),
            ("auth", ["DATABASE_URL": nowhere, "PUBLIC_URL": "https://bot.example.com"], "SESSION_SECRET"),
        ] as [(String, [String: String], String)])
    func aFunctionThatCannotWorkNamesTheVariable(name: String, variables: [String: String], variable: String)
        async throws
    {
        try await withRuntimeAPI { server in
            let process = try FunctionProcess(name, serving: server, variables: variables)
            defer { process.kill() }
            let request = Request(method: .get, path: "/api/v1/auth/user")
            let event = name == "run-jobs" ? Array("{}".utf8) : HTTPEventWriter.json(request)
            _ = try await server.invoke(event)
            process.kill()
            _ = await server.exit()
            #expect(process.standardError.contains(variable), "\(process.standardError)")
            #expect(process.standardError.split(separator: "\n").count <= 2, "\(process.standardError)")
        }
    }
}
