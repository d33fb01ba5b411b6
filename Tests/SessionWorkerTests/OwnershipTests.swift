import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// What the database says a worker holds and what the worker runs are made the same, both ways.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OwnershipTests {
    /// The database is away for longer than a lease, and nobody else takes the lines.
    @Test func aWorkerThatLetGoOfItsLinesTakesThemUpAgain() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let worker = try TestWorker(installation, change: { $0.lease = 1 })
            let line = try await installation.link(channel, as: "15550001111")
            let owner = installation.database.owner
            try await owner.query("alter function parley.renew_lines rename to away")
            _ = try await eventually("the worker to let go") {
                worker.complaints.all.contains { $0.contains("letting go of all lines") } ? true : nil
            }
            try await owner.query("alter function parley.away rename to renew_lines")
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            try await ana.send("Are you there?", to: line)
            _ = try await installation.inbound("Are you there?")
            await worker.stop()
        }
    }

    /// A claim was committed, and its answer never came.
    @Test func aLineThatIsHeldButNotRunIsTakenUp() async throws {
        try await Installation.with { installation in
            let first = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let holder: UUID = try await eventually("a holder") {
                    let row = try await installation.row(first)
                    return try row["qr"] as String? == nil ? nil : row["holder"]
                }
                let second = ChannelID(UUID())
                try await installation.database.app.pipeline(
                    for: installation.organization,
                    [
                        """
                        insert into channels (id, organization_id, kind, name, status, created_at, updated_at)
                        values (\(second), \(installation.organization), 'whatsapp_web', 'Lost', 'starting', now(), now())
                        """,
                        """
                        insert into whatsapp_lines (channel_id, organization_id, holder, fence, leased_until, created_at,
                            updated_at)
                        values (\(second), \(installation.organization), \(holder), 7, now() + interval '1 hour', now(),
                            now())
                        """,
                    ])
                try await installation.status(second, "qr_pending")
                #expect(try await installation.row(second)["fence"] as Int > 7, "what ran before can write nothing")
            }
        }
    }

    /// A message on its way over a connection that has just ended may still write its ratchet: nobody reads it before.
    @Test func aRatchetStepOutlivesItsConnection() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let worker = try TestWorker(installation)
            let line = try await installation.link(channel, as: "15550001111")
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            let keeper = try #require(worker.worker.lines[channel])
            try await keeper.ratchets.withLock {
                let sequence = await installation.server.remembered().last?.sequence ?? 0
                try await installation.ask(
                    channel, "update whatsapp_lines set requested_at = now() where channel_id = \(channel)")
                _ = try await installation.server.next(.loggedIn, after: sequence)
                try await ana.send("Hello", to: line)
                try await Task.sleep(for: .milliseconds(500))
                #expect(try await installation.messages().isEmpty)
            }
            _ = try await installation.inbound("Hello")
            await worker.stop()
        }
    }
}
