import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// A line has one writer: leases, fences, take-over.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LeaseTests {
    private func leases(_ installation: Installation, _ seconds: Double = 0.4) -> LineLeases {
        LineLeases(database: installation.database.app, worker: UUID(), seconds: seconds)
    }

    @Test func aLineIsHeldByOneUntilItsLeaseRunsOut() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let (one, two) = (leases(installation), leases(installation))
            let first = try #require(try await one.claim(room: 10).first)
            #expect(first.line.channel == channel)
            #expect(try await two.claim(room: 10).isEmpty)
            let second = try await eventually("a take-over") { try await two.claim(room: 10).first }
            #expect(second.line.fence == first.line.fence + 1)
            #expect(try await one.renew().isEmpty, "what is lost does not come back by renewing")
            await #expect(throws: LineLost()) {
                try await installation.database.app.pipeline(holding: first.line, [.line(first.line)])
            }
            _ = try await installation.database.app.pipeline(holding: second.line, [.line(second.line)])
        }
    }

    @Test func readingAboutALineWritesNothingAndIsRefusedOnceItIsLost() async throws {
        try await Installation.with { installation in
            _ = try await installation.makeLine()
            let (one, two) = (leases(installation), leases(installation, 5))
            let first = try #require(try await one.claim(room: 1).first)
            let read: [Query] = ["select pg_current_xact_id_if_assigned() is null as wrote_nothing"]
            let answers = try await installation.database.app.pipeline(reading: first.line, read)
            #expect(try answers[0].first?["wrote_nothing"] == true, "or each look would wait for the disk")
            _ = try await eventually("a take-over") { try await two.claim(room: 1).first }
            await #expect(throws: LineLost()) {
                try await installation.database.app.pipeline(reading: first.line, read)
            }
        }
    }

    @Test func aTakeOverWaitsForATransactionInProgress() async throws {
        try await Installation.with { installation in
            _ = try await installation.makeLine()
            let (one, two) = (leases(installation, 0.2), leases(installation, 5))
            let first = try #require(try await one.claim(room: 1).first)
            try await installation.database.app.transaction(holding: first.line) { connection in
                try await Task.sleep(for: .milliseconds(500))
                // Skipped, because its row is locked: nobody takes a line from under a transaction.
                let taken = try await two.claim(room: 1)
                #expect(taken.isEmpty)
                _ = try await connection.query(.line(first.line))
            }
            let second = try await two.claim(room: 1)
            #expect(second.count == 1)
        }
    }

    @Test func oneSlowLineDoesNotDelayTheRenewalOfTheOthers() async throws {
        try await Installation.with { installation in
            let (slow, quick) = (try await installation.makeLine(), try await installation.makeLine())
            let one = leases(installation, 5)
            let held = try await one.claim(room: 10)
            let line = try #require(held.first { $0.line.channel == slow }?.line)
            let before: Date = try await installation.row(quick)["leased_until"]
            try await installation.database.app.transaction(holding: line) { _ in
                let began = ContinuousClock.now
                let renewed = try await one.renew()
                #expect(ContinuousClock.now - began < .seconds(4), "a lease holds for five")
                #expect(Set(renewed.keys) == [slow, quick], "both are still held")
            }
            #expect(try await installation.row(quick)["leased_until"] as Date > before)
        }
    }

    /// For a container's health check, whatever the database does.
    @Test func everyLookLeavesASignOfLife() async throws {
        try await Installation.with { installation in
            let file = FileManager.default.temporaryDirectory.path + "/alive-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: file) }
            let worker = try TestWorker(
                installation,
                change: {
                    $0.lease = 0.6
                    $0.heartbeat = Heartbeat(path: file)
                })
            @Sendable func changed() -> Date? {
                (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
            }
            let first = try await eventually("a sign of life") { changed() }
            _ = try await eventually("another one") { changed().flatMap { $0 == first ? nil : $0 } }
            await worker.stop()
        }
    }

    @Test func aWorkerThatGoesGivesItsLinesBackAtOnce() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let worker = try TestWorker(installation, change: { $0.lease = 60 })
            _ = try await installation.link(channel, as: "15550001111")
            await worker.stop()
            #expect(try await installation.row(channel)["holder"] as UUID? == nil)
            try await TestWorker.with(installation) {
                let sequence = await installation.server.remembered().last?.sequence ?? 0
                _ = try await installation.server.next(.loggedIn, after: sequence - 5)
                try await installation.status(channel, "connected")
            }
        }
    }

    /// A line that ends by itself lets the worker look, in nobody's task, for another one; it is told to stop in the middle of that.
    @Test func whatIsClaimedWhileTheWorkerEndsIsGivenBack() async throws {
        try await Installation.with { installation in
            let first = try await installation.makeLine("First")
            let worker = try TestWorker(
                installation,
                change: {
                    $0.lease = 60
                    $0.lines = 1
                })
            _ = try await eventually("the first line's code") { try await installation.row(first)["qr"] as String? }
            let second = try await installation.makeLine("Second")
            try await installation.database.owner.query(
                """
                create function parley.slow_claim() returns trigger language plpgsql as
                    $$ begin perform pg_sleep(2); return new; end $$
                """)
            try await installation.database.owner.query(
                """
                create trigger slow_claim before update on parley.whatsapp_lines for each row
                    when (old.holder is null and new.holder is not null) execute function parley.slow_claim()
                """)
            try await installation.ask(
                first, "update whatsapp_lines set wanted = 'stopped' where channel_id = \(first)")
            _ = try await eventually("the first line to be given back") { () -> Bool? in
                try await installation.row(first)["holder"] as UUID? == nil ? true : nil
            }
            try await Task.sleep(for: .milliseconds(300))
            await worker.stop()
            try await Task.sleep(for: .seconds(2.5))
            #expect(try await installation.row(second)["holder"] as UUID? == nil)
        }
    }

    @Test func twoWorkersShareTheLinesAndNeverTheSameOne() async throws {
        try await Installation.with { installation in
            for number in 0..<4 { _ = try await installation.makeLine("Line \(number)") }
            let one = try TestWorker(installation, change: { $0.lines = 2 })
            let two = try TestWorker(installation, change: { $0.lines = 2 })
            _ = try await eventually("all lines to be held") { () -> Bool? in
                try await installation.count(
                    "select count(*) as count from parley.whatsapp_lines where qr is not null") == 4 ? true : nil
            }
            let holders = try await installation.count(
                "select count(distinct holder) as count from parley.whatsapp_lines")
            #expect(holders == 2)
            await one.stop()
            await two.stop()
        }
    }
}
