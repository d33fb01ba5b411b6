import Domain
import Foundation
import Postgres
import Support
import Synchronization
import Testing
import WhatsAppServer

@testable import SessionWorker

/// Messages that come in call a job runner, and wait for nobody.
@Suite(.serialized, .timeLimit(.minutes(5))) struct JobCallTests {
    private final class Wakes: Sendable {
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    @Test func aHostThatDoesNotAnswerHoldsUpNoLine() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let wakes = Wakes()
            let wake: @Sendable () async -> Void = {
                wakes.add()
                try? await Task.sleep(for: .seconds(600))
            }
            try await TestWorker.with(installation, wake: wake) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                for number in 1...3 { try await ana.send("number \(number)", to: line) }
                for number in 1...3 { _ = try await installation.inbound("number \(number)") }
                try await installation.acknowledged(line)
                #expect(wakes.count == 1, "the others wait until it is over")
            }
        }
    }

    @Test func aMessageThatIsStoredAlreadyCallsNobody() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            let first = try TestWorker(installation)
            let line = try await installation.link(channel, as: "15550001111")
            try await ana.send("one", to: line)
            _ = try await installation.inbound("one")
            await first.stop()

            let again = try await ana.send("two", to: line)
            try await stored(as: again, in: installation)
            let wakes = Wakes()
            try await TestWorker.with(installation, wake: { wakes.add() }) {
                try await installation.acknowledged(line)
                #expect(wakes.count == 0)
                try await ana.send("three", to: line)
                _ = try await installation.inbound("three")
                _ = try await eventually("a call") { wakes.count == 1 ? true : nil }
            }
        }
    }

    /// As if a process had died before it could acknowledge the message.
    private func stored(as providerID: String, in installation: Installation) async throws {
        try await installation.database.owner.query(
            """
            with stored as (
                insert into parley.messages (id, organization_id, conversation_id, channel_id, direction, author, type, body,
                    provider_message_id, status, created_at)
                select gen_random_uuid(), organization_id, conversation_id, channel_id, direction, author, type, 'two',
                    \(providerID), status, created_at
                from parley.messages where body = 'one'
                returning *
            )
            insert into parley.message_keys (organization_id, channel_id, provider_message_id, author, message_id)
            select s.organization_id, s.channel_id, s.provider_message_id, t.remote_address, s.id
            from stored s join parley.conversations t on t.id = s.conversation_id
            """)
    }
}
