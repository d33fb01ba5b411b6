import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// The figures that are kept while messages are written are those that counting the rows gives.
@Suite struct MessageCountTests {
    @Test func keptFiguresAreCountedFigures() async throws {
        try await TestDatabase.with { db in
            let organization = try await Self.traffic(in: db)
            let kept = try await Self.figures(in: db)
            _ = try await db.owner.withConnection {
                try await $0.pipeline([
                    "set local role parley_owner", "select parley.rebuild_message_counts(\(organization))",
                ])
            }
            let counted = try await Self.figures(in: db)
            #expect(kept == counted)
            #expect(kept.count > 10)
        }
    }

    @Test func foldedSlotsCountTheSame() async throws {
        try await TestDatabase.with { db in
            _ = try await Self.traffic(in: db)
            let before = try await Self.figures(in: db)
            _ = try await HousekeepingStore(database: db.app, room: 3).prune(at: Date().addingTimeInterval(86_400))
            #expect(try await Self.figures(in: db) == before)
            let left = try await db.owner.query("select count(*) as n from parley.message_counts where slot <> 0")
            #expect(try left[0]["n"] == 0)
        }
    }

    /// Messages from many connections at once, and statuses that change.
    private static func traffic(in db: TestDatabase) async throws -> OrganizationID {
        let (organization, channel) = (OrganizationID(UUID()), ChannelID(UUID()))
        try await db.app.pipeline(
            for: organization,
            [
                .insert(organization: organization, at: Date()),
                .insert(line: channel, of: organization, kind: .sandbox, at: Date()),
                "update channels set address = 'here' where id = \(channel)",
            ])
        let clock = WallClock { Date() }
        let ids = IDSource(clock: clock, randomness: .system)
        try await withThrowingTaskGroup { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0..<10 {
                        let message = InboundMessage(
                            kind: .sandbox, localAddress: "here", remoteAddress: "customer-\(sender)",
                            providerMessageID: "\(sender)-\(number)", text: "Hi")
                        let row = try await db.app.query(
                            .receive(message, ids: InboundIDs(ids), at: clock.now(), debounce: Debounce(quiet: 0)))[0]
                        try await answer(try InboundReceipt(row, wakeNeeded: true), ids, in: db, at: clock.now())
                    }
                }
            }
            try await group.waitForAll()
        }
        return organization
    }

    private static func answer(_ receipt: InboundReceipt, _ ids: IDSource, in db: TestDatabase, at now: Date)
        async throws
    {
        let id: MessageID = ids.make()
        let statuses: [MessageStatus] = [.queued, .sending, .sent, .delivered, .read].shuffled()
        _ = try await db.app.transaction(for: receipt.organization) { connection in
            let row = try await connection.query(.lock(receipt.conversation))[0]
            let reply = OutboundMessage(id: id, author: .ai, body: "Yes", part: 0)
            try await connection.query(.queue(reply, in: ConversationRecord(row), at: now))
            for status in statuses.prefix(3) {
                try await connection.query(.move(id, OutboxMove(to: status, from: MessageStatus.allCases), at: now))
            }
            try await connection.query(.setStatus(receipt.conversation, .resolved, at: now))
        }
    }

    private static func figures(in db: TestDatabase) async throws -> Set<String> {
        let rows = try await db.owner.query(
            """
            select concat_ws(' ', 'messages', quarter, channel_id, author, status, sum(messages)) as line
            from parley.message_counts group by quarter, channel_id, author, status having sum(messages) <> 0
            union all
            select concat_ws(' ', 'conversations', channel_id, status, sum(conversations))
            from parley.conversation_counts group by channel_id, status having sum(conversations) <> 0
            union all
            select concat_ws(' ', 'day', channel_id, kind, day, conversation_id) from parley.conversation_days
            """)
        return Set(try rows.map { try $0["line"] })
    }
}
