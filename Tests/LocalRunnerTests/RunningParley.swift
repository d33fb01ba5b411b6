import Foundation
import Glibc
import HTTPServer
import NIOCore
import Support
import Testing

@testable import LocalRunner

/// `parley up` as a process of its own, in a data folder of its own.
@HostLoop
final class RunningParley {
    let data: String
    private(set) var port = 0
    private(set) var controlPort = 0
    private var child: ChildProcess?
    private var output: [String] = []
    private let arguments: [String]
    private let environment: [String: String]

    /// - Parameters:
    ///   - functions: name of a function and its `function.json`; executables are the built products.
    ///   - database: `nil` for a private cluster.
    init(
        functions: [String: String], database: TestDatabase?, arguments: [String] = [],
        environment: [String: String] = [:], data: String? = nil
    ) throws {
        let folder = data ?? FileManager.default.temporaryDirectory.path + "/parley-up-\(UUID().uuidString)"
        self.data = folder
        for (name, declaration) in functions {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/functions/\(name)", withIntermediateDirectories: true)
            try Data(declaration.utf8).write(to: URL(filePath: "\(folder)/functions/\(name)/function.json"))
        }
        var values = ProcessInfo.processInfo.environment
        for name in ["DATABASE_URL", "MIGRATION_DATABASE_URL", "TWILIO_ACCOUNT_SID", "PUBLIC_URL"] {
            values[name] = nil
        }
        if let database { values["DATABASE_URL"] = database.appURL }
        values["DASHBOARD_PASSWORD"] = "a password of the test"
        self.environment = values.merging(environment) { $1 }
        self.arguments =
            [
                "up", "--data", "\(folder)/data", "--functions", "\(folder)/functions", "--root", ProjectRoot.path,
                "--bin-dir", "\(ProjectRoot.path)/.build/debug", "--port", "0", "--control-port", "0", "--no-sandbox",
            ] + arguments
    }

    /// Waits for the line that says it is ready.
    func start() async throws {
        output = []
        child = try ChildProcess.start(
            ChildProcess.Command(
                path: Executables.path("parley"), arguments: arguments, environment: environment, directory: data),
            onLine: { [weak self] in self?.output.append(String(buffer: $0)) }, onExit: { _ in })
        try await wait("ready") { self.controlPort(in: self.output) != nil || self.hasEnded }
        guard !hasEnded else {
            // Its end may be seen before its last words.
            try? await wait("its error") { self.text.contains("Error: ") }
            throw TestSetupError("parley ended: \(text)")
        }
        port = try number(after: "Parley is ready: http://127.0.0.1:")
        controlPort = try #require(controlPort(in: output))
    }

    /// What it printed, both streams.
    var text: String { output.joined(separator: "\n") }
    var pid: pid_t { child?.pid ?? 0 }
    var ending: ChildProcess.Ending? { child?.ending }
    private var hasEnded: Bool { child?.ending != nil }

    func signal(_ number: Int32) async throws {
        child?.signal(number)
        try await wait("its end") { self.hasEnded }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: data)
    }

    func invoke(_ name: String, _ payload: String, isEvent: Bool = false) async throws -> LocalRequest.Answer {
        let secret = Keys.read("\(data)/data/keys")[Keys.control] ?? "none"
        return try await LocalRequest(
            path: "/\(secret)/2015-03-31/functions/\(name)/invocations",
            headers: isEvent ? [("x-amz-invocation-type", "Event")] : [], body: ByteBuffer(string: payload)
        ).send(port: controlPort)
    }

    /// In the block that stays at the end of the terminal.
    private func controlPort(in lines: [String]) -> Int? {
        lines.lazy.compactMap { $0.firstMatch(of: /^ *Invoke API +http:\/\/127\.0\.0\.1:(\d+)$/) }.first
            .flatMap { Int($0.1) }
    }

    private func number(after words: String) throws -> Int {
        let line = output.first { $0.hasPrefix(words) }
        return try #require(line.flatMap { Int($0.dropFirst(words.count)) }, "\(words) in \(text)")
    }

    /// Looks often and gives up after a minute.
    func wait(_ what: String, until condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw TestSetupError("waited in vain for \(what): \(text)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Runs the body with a started Parley on a test database, and kills what is left of it.
func withParley(
    _ functions: [String: String], arguments: [String] = [], environment: [String: String] = [:],
    _ body: (RunningParley, TestDatabase) async throws -> Void
) async throws {
    try await TestDatabase.with { database in
        let parley = try await RunningParley(
            functions: functions, database: database, arguments: arguments, environment: environment)
        do {
            try await parley.start()
            try await body(parley, database)
            if await parley.ending == nil { try await parley.signal(SIGKILL) }
        } catch {
            if await parley.ending == nil { try? await parley.signal(SIGKILL) }
            await parley.remove()
            throw error
        }
        await parley.remove()
    }
}

func isAlive(_ pid: pid_t) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map { String(decoding: $0, as: UTF8.self) }
    return status.map { !$0.contains(") Z ") } ?? false
}
