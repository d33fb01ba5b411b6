import Foundation
import Glibc
import NIOHTTP1
import Support
import Testing

@testable import LocalRunner

/// `parley up` from the outside: starting, stopping, being killed.
@Suite(.serialized) struct UpTests {
    private static let probe =
        #"{"name":"probe","routes":["GET /probe"],"timeoutSeconds":20,"memoryMB":256,"warm":1,"initTimeoutSeconds":60,"secrets":["DATABASE_URL"]}"#

    @Test func ctrlCStopsEverything() async throws {
        try await withParley(["probe": Self.probe]) { parley, _ in
            let answer = try await LocalRequest(method: .GET, path: "/probe").send(port: await parley.port)
            #expect(answer.status == 200)
            #expect(answer.text == "{}")
            let process = try await probePID(parley)
            #expect(await parley.text.split(separator: "\n").count { $0.hasPrefix("Parley is ready: ") } == 1)
            try await parley.signal(SIGINT)
            #expect(await parley.ending == .exited(0))
            #expect(!isAlive(process))
        }
    }

    @Test func whatFunctionsWriteIsInFilesAndOutOfTheTerminal() async throws {
        try await withParley(["probe": Self.probe]) { parley, _ in
            _ = try await parley.invoke("probe", "{}")
            var shown = ""
            try await parley.wait("the log") {
                shown = try await logs(parley, ["--level", "info"])
                return shown.contains("REPORT RequestId: ")
            }
            #expect(shown.contains("probe | 20"), "which function and when")
            #expect(try await logs(parley, ["probe", "--level", "error"]) == "")
            #expect(await !parley.text.contains("RequestId: "))
            #expect(await parley.text.contains("\(parley.data)/data/logs"))
        }
    }

    @Test func aFunctionThatDoesNotStartIsSaidOnceInTheTerminal() async throws {
        let probe =
            #"{"name":"probe","memoryMB":256,"warm":1,"initTimeoutSeconds":60,"env":{"PROBE_INIT":"throw"}}"#
        try await withParley(["probe": probe]) { parley, _ in
            try await parley.wait("the notice") { await parley.text.contains("probe: does not start: told to fail") }
            for _ in 0..<3 { _ = try await parley.invoke("probe", "{}") }
            #expect(await parley.text.split(separator: "\n").count { $0.contains("does not start") } == 1)
        }
    }

    private func logs(_ parley: RunningParley, _ arguments: [String]) async throws -> String {
        try await Program.run(
            Executables.path("parley"), ["logs", "--data", "\(parley.data)/data"] + arguments,
            environment: ["PATH": "/usr/bin:/bin"]
        ).output
    }

    /// S10: Swift's report of a crash shows the memory that registers point to, unless it is told not to.
    @Test func aCrashShowsNoMemory() async throws {
        try await withParley(["probe": Self.probe]) { parley, _ in
            let passed = try await parley.invoke("probe", #"{"do":"environment","name":"SWIFT_BACKTRACE"}"#)
            #expect(passed.text == #""registers=none""#)
        }
        for file in ["local-runner/up", "infra/systemd/parley.service", "infra/container/Containerfile"] {
            let text = try String(contentsOfFile: "\(ProjectRoot.path)/\(file)", encoding: .utf8)
            #expect(text.contains("registers=none"), "\(file)")
        }
    }

    @Test func functionsDieWithAKilledHost() async throws {
        try await withParley(["probe": Self.probe]) { parley, _ in
            let process = try await probePID(parley)
            #expect(isAlive(process))
            try await parley.signal(SIGKILL)
            try await parley.wait("the function's end") { !isAlive(process) }
        }
    }

    @Test func aSecondOneOnTheSameDataIsRefused() async throws {
        try await withParley(["probe": Self.probe]) { parley, database in
            let second = try await RunningParley(
                functions: [:], database: database, data: parley.data)
            let error = try await #require(throws: TestSetupError.self) { try await second.start() }
            #expect(error.description.contains("Parley is already running on "))
            #expect(error.description.contains("(process \(await parley.pid))"))
            #expect(await second.ending == .exited(1))
        }
    }

    @Test(arguments: ["", "admin123", "1"]) func theDefaultPasswordIsRefusedOutsideTheSandbox(_ password: String)
        async throws
    {
        try await TestDatabase.with { database in
            let parley = try await RunningParley(
                functions: ["probe": Self.probe], database: database, environment: ["DASHBOARD_PASSWORD": password])
            let error = try await #require(throws: TestSetupError.self) { try await parley.start() }
            #expect(
                error.description.contains(
                    password == "1" ? "DASHBOARD_PASSWORD is too weak" : "DASHBOARD_PASSWORD must be set"))
            await parley.remove()
        }
    }

    @Test func aMalformedDeclarationIsRefusedInWords() async throws {
        try await TestDatabase.with { database in
            let parley = try await RunningParley(
                functions: ["probe": #"{"name":"probe","warm":-1}"#], database: database)
            let error = try await #require(throws: TestSetupError.self) { try await parley.start() }
            #expect(error.description.contains("probe/function.json: \"warm\" must be 0 to 2, not -1"))
            await parley.remove()
        }
    }

    /// A cluster of its own, killed together with its host in the middle of everything, comes back with its data.
    @Test func thePrivateClusterSurvivesAKill() async throws {
        let parley = try await RunningParley(functions: ["probe": Self.probe], database: nil)
        do {
            try await parley.start()
            let first = try await databaseURL(parley)
            #expect(first.hasPrefix("postgresql://parley_app:"))
            let keys = "\(parley.data)/data/keys"
            let mode = try FileManager.default.attributesOfItem(atPath: keys)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let postmaster = try #require(self.postmaster(parley.data))
            try await parley.signal(SIGKILL)
            #expect(isAlive(postmaster), "Postgres outlives the runner that is killed")
            try await parley.start()
            #expect(postmaster == self.postmaster(parley.data), "and is adopted")
            #expect(try await databaseURL(parley) == first)
            try await parley.signal(SIGKILL)
            kill(postmaster, SIGKILL)
            try await parley.wait("Postgres' end") { !isAlive(postmaster) }
            try await parley.start()
            #expect(try await databaseURL(parley) == first)
            try await parley.signal(SIGTERM)
            #expect(self.postmaster(parley.data) == nil)
        } catch {
            if await parley.ending == nil { try? await parley.signal(SIGTERM) }
            await parley.remove()
            throw error
        }
        await parley.remove()
    }

    private func probePID(_ parley: RunningParley) async throws -> pid_t {
        let answer = try await parley.invoke("probe", #"{"do":"count"}"#)
        return pid_t(try #require(try answer.json()["pid"] as? Int))
    }

    private func databaseURL(_ parley: RunningParley) async throws -> String {
        try await parley.invoke("probe", #"{"do":"environment","name":"DATABASE_URL"}"#).text.replacing("\"", with: "")
    }

    private func postmaster(_ data: String) -> pid_t? {
        let folder = "\(data)/data/postgres/cluster"
        let pid = FileManager.default.contents(atPath: "\(folder)/postmaster.pid").flatMap {
            String(decoding: $0, as: UTF8.self).split(separator: "\n").first.flatMap { pid_t($0) }
        }
        return pid.flatMap { isAlive($0) ? $0 : nil }
    }
}
