import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// A former customer's phone is no longer linked, whichever way the line went.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DeletionTests {
    enum Way: CaseIterable, Sendable {
        case line, organization
    }

    @Test(arguments: Way.allCases) func thePhoneIsUnlinkedItsKeysGoAndNothingLeaves(_ way: Way) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let worker = try TestWorker(installation)
            let line = try await installation.link(channel, as: "15550001111")
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            try await ana.send("Hello", to: line)
            let thread = try await installation.inbound("Hello").conversation
            let keeper = try #require(worker.worker.lines[channel])
            // Nothing can be encrypted meanwhile, so what is queued stays so.
            try await keeper.ratchets.withLock {
                try await installation.database.app.pipeline(
                    for: installation.organization,
                    [
                        """
                        insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body,
                            status, created_at)
                        select \(installation.ids.next()), organization_id, id, channel_id, 'outbound', 'user', 'too late',
                            'queued', now()
                        from conversations where id = \(thread)
                        """
                    ])
                try await delete(way, channel, in: installation)
                let queued = try await installation.messages().first { $0.body == "too late" }
                #expect(queued?.status == "cancelled")
            }
            _ = try await installation.server.next(.unlinked)
            _ = try await eventually("the keys to go") { () -> Bool? in
                try await installation.count("select count(*) as count from parley.whatsapp_keys") == 0 ? true : nil
            }
            try await ana.send("Are you there?", to: line)
            try await Task.sleep(for: .milliseconds(500))
            let bodies = try await installation.messages().map(\.body)
            #expect(!bodies.contains("Are you there?"), "nothing is received any more")
            await worker.stop()
        }
    }

    private func delete(_ way: Way, _ channel: ChannelID, in installation: Installation) async throws {
        let (database, now) = (installation.database.app, installation.clock.now())
        switch way {
        case .line:
            _ = try await ChannelStore(database: database).delete(channel, of: installation.organization, at: now)
        case .organization: try await OrganizationStore(database: database).delete(installation.organization, at: now)
        }
    }
}
