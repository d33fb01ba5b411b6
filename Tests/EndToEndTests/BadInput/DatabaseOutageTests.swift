import Foundation
import Outbound
import Postgres
import Support
import Testing
import Web

/// Must show no. 7: Postgres is stopped and started while customers write.
@Suite struct DatabaseOutageTests {
    private static let messages = 60

    @Test(.timeLimit(.minutes(4))) func whatWasAcknowledgedSurvivesAndIsAnsweredOnce() async throws {
        let folder = "/var/tmp/parley-outage-\(UUID().uuidString.prefix(8))"
        let cluster = try await postgres("start", folder)
        let databases = (app: cluster.replacing("owner@", with: "parley_app:test@"), owner: cluster)
        do {
            try await Installation.with(databases: databases) { installation in
                try await storm(installation, folder)
            }
        } catch {
            Issue.record(error)
        }
        _ = try? await postgres("stop", folder)
        for path in [folder, folder + ".initdb"] { try? FileManager.default.removeItem(atPath: path) }
    }

    private func storm(_ installation: Installation, _ folder: String) async throws {
        let (refused, waited, outage) = try await withThrowingTaskGroup(
            of: (refused: Int, seconds: Double, outage: Double).self
        ) { group in
            group.addTask {
                var longest = 0.0
                for _ in 0..<2 {
                    try await Task.sleep(for: .milliseconds(400))
                    let began = ContinuousClock.now
                    _ = try await postgres("stop", folder)
                    try await Task.sleep(for: .milliseconds(700))
                    _ = try await postgres("start", folder)
                    longest = max(longest, (ContinuousClock.now - began) / .seconds(1))
                }
                return (0, 0, longest)
            }
            for number in 0..<Self.messages {
                try await Task.sleep(for: .milliseconds(50))
                group.addTask {
                    let (refused, seconds) = try await Self.deliver(number, to: installation)
                    return (refused, seconds, 0)
                }
            }
            return try await group.reduce((0, 0, 0)) {
                ($0.0 + $1.refused, max($0.1, $1.seconds), max($0.2, $1.outage))
            }
        }
        #expect(waited > 0.5, "nobody met the outage: the test proved nothing")
        // Twilio delivers a message once: a webhook waits for a database that is away for moments.
        // A busy machine may take longer than that to start a server.
        #expect(refused == 0 || outage > 5, "\(refused) deliveries were told to come again after \(outage) s")
        var unanswered = 0
        for number in 0..<Self.messages {
            let answered = try await installation.eventually(within: 60) { !installation.bubbles(of: number).isEmpty }
            if !answered { unanswered += 1 }
            #expect(installation.bubbles(of: number).count <= 1, "customer \(number) was answered twice")
        }
        // A server that dies between writing a mark and confirming it leaves a message of which nobody knows whether it was
        // handed over; a person is told. One for each stop at most, and nobody else may be left without an answer.
        #expect(unanswered <= 2)
        let areUnknown = try await installation.eventually(within: 10) { [unanswered] in
            let rows = try await installation.owner.query(
                "select count(*) as count from parley.messages where status = 'unknown'")
            return try rows.first?["count"] == unanswered
        }
        #expect(areUnknown, "somebody was acknowledged and not answered")
        // The test's own connection may have died with the server.
        let isComplete = try await installation.eventually(within: 10) {
            let rows = try await installation.owner.query(
                "select count(*) as count from parley.messages where direction = 'inbound'")
            return try rows.first?["count"] == Self.messages
        }
        #expect(isComplete, "not every acknowledged message is stored once")
    }

    /// Twilio's fallback: again, until it is acknowledged. Returns how often it was not, and how long that took.
    private static func deliver(
        _ number: Int, to installation: Installation
    ) async throws -> (refused: Int, seconds: Double) {
        let began = ContinuousClock.now
        for attempt in 0..<60 {
            let answer = try await installation.webhook(
                Installation.message("SM-outage-\(number)", from: number, "When are you open?"))
            if answer.status == 200 { return (attempt, (.now - began) / .seconds(1)) }
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect((500...504).contains(answer.status), "\(text)")
            #expect(answer.header("content-type")?.hasPrefix("application/problem+json") == true, "\(text)")
            for secret in ["PostgresError", ".swift", "server closed", "SQL", "FATAL", "/var/tmp"] {
                #expect(!text.contains(secret), "the answer leaks: \(text)")
            }
            try await Task.sleep(for: .milliseconds(250))
        }
        throw TestSetupError("message \(number) was never acknowledged")
    }
}

private func postgres(_ action: String, _ folder: String) async throws -> String {
    // A commit that was answered must be on disk: these servers die.
    let durable = ProcessInfo.processInfo.environment.merging(["DURABLE": "1"]) { $1 }
    let outcome = try await Program.run(
        ProjectRoot.path + "/Tests/postgres", [action, folder], environment: durable)
    guard outcome.status == 0 else { throw TestSetupError("Tests/postgres \(action): \(outcome.output)") }
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
}
