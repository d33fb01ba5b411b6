import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

/// Must show no. 3 of the lines: one worker's process, its database away or itself stopped, for longer than its leases. Every line is
/// back within a minute of the end, and nothing is lost or doubled.
///
/// Leases of a second and a half make seconds of what are minutes in an installation; `PARLEY_LONG=1` takes the installation's own
/// leases and the minutes.
@Suite(.serialized, .timeLimit(.minutes(40))) struct OutageTests {
    enum Outage: Sendable {
        /// Postgres is stopped.
        case refused
        /// Nothing comes back, and nothing says so.
        case silent
        /// SIGSTOP.
        case stopped
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let outage: Outage
        /// Real ones.
        let seconds: Double
        var testDescription: String { "\(outage) for \(seconds) s" }
    }

    static let isLong = ProcessInfo.processInfo.environment["PARLEY_LONG"] == "1"
    static let cases: [Case] =
        isLong
        ? [
            Case(outage: .refused, seconds: 15), Case(outage: .silent, seconds: 15),
            Case(outage: .stopped, seconds: 12),
            Case(outage: .refused, seconds: 300), Case(outage: .stopped, seconds: 600),
        ]
        : [
            Case(outage: .refused, seconds: 4), Case(outage: .silent, seconds: 4), Case(outage: .stopped, seconds: 4),
        ]

    /// As users have it, or faster.
    private static let pace: [String: String] =
        isLong
        ? ["WHATSAPP_LEASE_SECONDS": "10", "WHATSAPP_PAUSE_FACTOR": "1", "JOB_LEASE_SECONDS": "15"]
        : ["WHATSAPP_LEASE_SECONDS": "1.5", "WHATSAPP_PAUSE_FACTOR": "0.05", "JOB_LEASE_SECONDS": "1"]

    @Test(arguments: cases) func everyLineIsBackWithinAMinute(_ example: Case) async throws {
        try await Self.withWorker { site in
            try await site.talk("before")
            let began = ContinuousClock.now
            try await site.begin(example.outage)
            try await site.write("during")
            try await site.answerFromTheDesk("from the desk")
            try await Task.sleep(for: .seconds(example.seconds))
            try await site.write("still during")
            try await site.end(example.outage)
            let over = ContinuousClock.now
            // What comes in together is answered together.
            try await site.received("during")
            try await site.answered("still during")
            try await site.talk("after")
            let back = over.duration(to: .now)
            print("\(example.testDescription): away \(began.duration(to: over)), answering again after \(back)")
            #expect(back < .seconds(60))
            try await site.judge()
        }
    }

    /// The database gave the line to this worker, which never heard of it.
    @Test func aClaimWhoseAnswerIsLostIsTakenUp() async throws {
        try await Self.withWorker { site in
            try await site.worker.kill()
            try await site.installation.forgetHolders()
            site.relay.lose(.answer, of: "claim_lines")
            try site.worker.start()
            let began = ContinuousClock.now
            try await site.talk("after")
            #expect(site.relay.lost == 1)
            #expect(ContinuousClock.now - began < .seconds(60))
            try await site.judge()
        }
    }

    /// A line at rest is given back; the database never hears of it.
    @Test(arguments: [DatabaseRelay.Loss.statement, .answer]) func aReleaseThatFailsKeepsNoLine(
        _ loss: DatabaseRelay.Loss
    ) async throws {
        try await Self.withWorker { site in
            site.relay.lose(loss, of: "release_lines")
            let channel = site.channels[0]
            try await site.installation.ask(
                channel, "update whatsapp_lines set wanted = 'stopped' where channel_id = \(channel)")
            try await site.installation.status(channel, "stopped")
            _ = try await eventually("the release to be lost") { site.relay.lost == 1 ? true : nil }
            let began = ContinuousClock.now
            try await site.installation.ask(
                channel, "update whatsapp_lines set wanted = 'connected' where channel_id = \(channel)")
            try await site.installation.status(channel, "connected")
            try await site.talk("after")
            #expect(ContinuousClock.now - began < .seconds(60))
            try await site.judge()
        }
    }

    private static func withWorker(_ body: @escaping @Sendable (OutageSite) async throws -> Void) async throws {
        try await Installation.with { installation in
            try await DatabaseRelay.with(installation.database.appURL) { relay, url in
                var variables = installation.variables().merging(pace) { $1 }
                variables["DATABASE_URL"] = url
                let worker = MortalWorker(variables)
                defer { worker.send(SIGKILL) }
                try worker.start()
                let site = try await OutageSite.make(installation, relay, worker)
                try await installation.answering { try await body(site) }
            }
        }
    }
}

extension Installation {
    /// As after the leases of a worker that was killed.
    fileprivate func forgetHolders() async throws {
        try await database.owner.query("update parley.whatsapp_lines set holder = null, leased_until = null")
    }
}
