import Conversation
import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// The pace is asked for before each message, not once for all that wait.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PacingTests {
    /// No typing: only limits count here.
    private static let limits = Pacing(typing: .none)

    private func conversation(
        _ body: @escaping @Sendable (Installation, ConversationID, Contact) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation, change: { $0.pacing = Self.limits }) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await ana.send("Hello", to: line)
                let thread = try await installation.inbound("Hello").conversation
                try await body(installation, thread, ana)
            }
        }
    }

    @Test func aQueueDoesNotLeaveInOneBurst() async throws {
        try await conversation { installation, thread, _ in
            // Queued together, as an API client does it: one job for all.
            var queries: [Query] = []
            for number in 0..<20 {
                queries.append(try installation.queued("number \(number)", by: "user", in: thread, after: number))
            }
            queries.append(installation.sendJob(thread))
            try await installation.database.app.pipeline(for: installation.organization, queries)
            let limit = ContactLimits().perMinute
            _ = try await eventually("the first ones") { () -> Bool? in
                try await installation.messages().count { $0.direction == "outbound" && $0.status != "queued" } >= limit
                    ? true : nil
            }
            try await Task.sleep(for: .seconds(1))
            let left = try await installation.messages().count { $0.direction == "outbound" && $0.status != "queued" }
            #expect(left == limit)
        }
    }

    /// A message that is put off and looked at again and again is no reason to read what was asked again and again.
    @Test func nothingIsReadBeforeItsAnswerMayLeave() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(
                installation, change: { $0.files = .init(total: 1, perOrganization: 1, perLine: 1, smallest: 2) }
            ) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await ana.send("Hello", to: line)
                let thread = try await installation.inbound("Hello").conversation
                let file = Domain.MediaReference(url: "https://a.example/b.pdf", contentType: "application/pdf")
                let reply = try await installation.reply("", in: thread, media: [file], type: .document)
                try await Task.sleep(for: .seconds(9))
                let read = await installation.server.remembered().filter { $0.kind == .receipt && $0.type == "read" }
                #expect(read.isEmpty)
                let attempts = try await installation.count(
                    "select attempts::int8 as count from parley.messages where id = \(reply)")
                #expect(attempts == 0)
            }
        }
    }

    /// Twelve machine messages in a row had no answer: the thirteenth is refused, a person's is not.
    @Test func aRefusedMachineDoesNotFailThePersonBehindIt() async throws {
        try await conversation { installation, thread, _ in
            var queries: [Query] = []
            for number in 0..<ContactLimits().unanswered {
                queries.append(installation.alreadySent("earlier \(number)", in: thread))
            }
            queries.append(try installation.queued("from the machine", by: "ai", in: thread, after: 0))
            queries.append(try installation.queued("from a person", by: "user", in: thread, after: 1))
            queries.append(installation.sendJob(thread))
            try await installation.database.app.pipeline(for: installation.organization, queries)
            let person = try await eventually("the person's message") {
                try await installation.messages().first {
                    $0.body == "from a person" && !["queued", "sending"].contains($0.status)
                }
            }
            #expect(["sent", "delivered", "read"].contains(person.status))
            let machine = try #require(try await installation.messages().first { $0.body == "from the machine" })
            #expect(machine.status == "failed")
        }
    }
}

extension Installation {
    /// A row of the outbox.
    /// - Parameter position: orders rows that are queued together.
    fileprivate func queued(
        _ text: String, by author: String, in thread: ConversationID, after position: Int
    ) throws -> Query {
        """
        insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, status, created_at)
        select \(ids.next()), organization_id, id, channel_id, 'outbound', \(author), \(text), 'queued',
            now() + make_interval(secs => \(Double(position) / 1000))
        from conversations where id = \(thread)
        """
    }

    /// An hour ago, but since the customer last wrote.
    fileprivate func alreadySent(_ text: String, in thread: ConversationID) -> Query {
        """
        with moved as (
            update conversations set last_inbound_at = now() - interval '3 hours' where id = \(thread) returning *
        )
        insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, status, sent_at,
            created_at)
        select \(ids.next()), organization_id, id, channel_id, 'outbound', 'ai', \(text), 'sent',
            now() - interval '2 hours', now() - interval '2 hours'
        from moved
        """
    }

    fileprivate func sendJob(_ thread: ConversationID) -> Query {
        .enqueue(.send, key: thread.text, for: organization, id: ids.make(), due: clock.now(), at: clock.now())
    }
}
