import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Every hot query, run as the application runs it on a year of messages, must find its rows by an index. What counts is what
/// the server did (its counters of sequential scans), so that statements inside functions are seen too, and the plan that it
/// keeps after some runs.
@Suite struct QueryPlanTests {
    /// A table or month smaller than this may be read as a whole: that is cheaper.
    private static let small = 1_000
    /// The sixth run of a prepared statement may have another plan than the first five.
    private static let runs = 7

    @Test func noHotQueryReadsALargeTableAsAWhole() async throws {
        try await withLargeData { db, place in
            for (name, run) in Self.hotQueries(db.app, place) {
                let scans = try await Self.scans(in: db, during: run)
                #expect(scans == [], "\(name)")
            }
        }
    }

    @Test func housekeepingReadsNoLargeTableAsAWhole() async throws {
        try await withLargeData { db, place in
            // Two hundred years of months that were closed.
            try await db.owner.query(
                """
                insert into parley.usage_periods (organization_id, period, closed_at)
                select \(place.organization), to_char(date '1800-01-01' + n * interval '1 month', 'YYYY-MM'), now()
                from generate_series(1, 2400) n
                """)
            try await db.owner.query("analyze parley.usage_periods")
            let close: Run = { try await db.app.query("select close_usage_periods(now(), 100)") }
            #expect(try await Self.scans(in: db, during: close) == [])
            let prune: Run = { try await db.app.query("select prune_history(now(), 100)") }
            #expect(try await Self.scans(in: db, during: prune) == [])
            try await db.owner.query("drop index parley.open_usage_periods")
            #expect(try await Self.scans(in: db, during: close) == ["usage_periods"])
        }
    }

    @Test func aQueryWithoutAnIndexIsNamed() async throws {
        try await withLargeData { db, place in
            let scans = try await Self.scans(in: db) {
                try await db.app.pipeline(for: place.organization, ["select from messages where body = 'x'"])
            }
            #expect(scans.contains { $0.hasPrefix("messages_") })
            try await db.owner.query("drop index parley.messages_of_conversation")
            let inbox = InboxReads(database: db.app)
            let unindexed = try await Self.scans(in: db) {
                _ = try await inbox.messages(
                    .conversation(place.conversation), of: place.organization, after: nil, limit: 50)
            }
            #expect(!unindexed.isEmpty)
        }
    }

    @Test func statisticsDoNotLookAtChatsOneByOne() async throws {
        try await withLargeData { db, place in
            let channels = ChannelStore(database: db.app)
            let before = try await Self.lookups(of: "conversations", in: db)
            let stats = try await channels.stats(place.webChannel, of: place.organization, at: Date())
            #expect(try #require(stats?.signals).contacts > 20)
            #expect(try await Self.lookups(of: "conversations", in: db) - before < 10)
        }
    }

    /// An index over the whole line is no scan of the table, and reads all its chats all the same.
    @Test func theChatWithANumberIsFoundWithoutLookingAtTheOthers() async throws {
        try await withLargeData { db, place in
            let chats = try await db.owner.query(
                """
                select channel_id = \(place.channel) as is_first, min(local_address) as address, count(*) as n
                from parley.conversations where channel_id in (\(place.channel), \(place.webChannel))
                group by channel_id order by 1 desc
                """)
            #expect(try chats.count == 2 && chats.allSatisfy { try $0["n"] > 100 })
            let asked = try Self.chats(place, at: try chats.map { try $0["address"] })
            // Its session hands in what it read.
            await db.owner.close()
            try await Task.sleep(for: .seconds(1))
            let before = try await Self.rowsRead(of: "conversations", in: db)
            for _ in 0..<Self.runs { try await db.app.pipeline(for: place.organization, asked) }
            let between = try await Self.rowsRead(of: "conversations", in: db)
            #expect(between - before < 10 * Self.runs)
            // Asked like this, all of them are looked at, and the figure says so.
            let address: String = try chats[1]["address"]
            try await db.app.pipeline(
                for: place.organization,
                [
                    """
                    select id from conversations where channel_id = \(place.webChannel) and local_address = \(address)
                        and (remote_address = '-' or contact_id in (select contact_id from contact_addresses where address = '-'))
                    """
                ])
            #expect(try await Self.rowsRead(of: "conversations", in: db) - between > 100)
        }
    }

    private static func chats(
        _ place: Place, at local: [String] = ["whatsapp:+14155238886", "15550009999@s.whatsapp.net"]
    ) throws -> [Query] {
        let number = try PhoneNumber("+15550000000", country: "US")
        return [
            .chat(
                with: number.whatsappAddress, at: local[0], on: place.channel, kind: .whatsappTwilio,
                of: place.organization),
            .linkedChat(with: number, at: local[1], on: place.webChannel, of: place.organization),
        ]
    }

    // MARK: What is hot

    private typealias Run = @Sendable () async throws -> Void

    private static func hotQueries(_ app: Database, _ place: Place) -> [(String, Run)] {
        reads(app, place) + figures(app, place) + road(app, place)
    }

    private static func reads(_ app: Database, _ place: Place) -> [(String, Run)] {
        let inbox = InboxReads(database: app)
        let now = Date()
        let (old, oldest) = (now.addingTimeInterval(-600), now.addingTimeInterval(-300 * 86_400))
        func list(_ filter: ConversationFilter, after: (Date, ConversationID)? = nil) -> Run {
            { _ = try await inbox.conversations(of: place.organization, filter, after: after, limit: 50) }
        }
        return [
            ("conversations", list(ConversationFilter())),
            ("conversations, deep page", list(ConversationFilter(), after: (old, place.conversation))),
            ("conversations by status", list(ConversationFilter(status: .pending))),
            ("conversations by owner", list(ConversationFilter(owner: .human))),
            ("conversations by channel", list(ConversationFilter(channel: place.channel))),
            (
                "conversations by all three",
                list(
                    ConversationFilter(status: .open, owner: .ai, channel: place.channel),
                    after: (old, place.conversation))
            ),
            ("conversation", { _ = try await inbox.conversation(place.conversation, of: place.organization) }),
            (
                "thread",
                {
                    _ = try await inbox.messages(
                        .conversation(place.conversation), of: place.organization, after: nil, limit: 50)
                }
            ),
            (
                "thread, deep page",
                {
                    _ = try await inbox.messages(
                        .conversation(place.conversation), of: place.organization, after: (oldest, place.message),
                        limit: 50)
                }
            ),
            (
                "messages of a line",
                { _ = try await inbox.messages(.channel(place.channel), of: place.organization, after: nil, limit: 50) }
            ),
            ("why", { _ = try await inbox.trail(place.message, of: place.organization) }),
            ("events", { _ = try await inbox.events(of: place.organization, after: .start, limit: 100) }),
            ("last event", { _ = try await inbox.lastEvent(of: place.organization) }),
        ]
    }

    private static func figures(_ app: Database, _ place: Place) -> [(String, Run)] {
        let (organizations, channels) = (OrganizationStore(database: app), ChannelStore(database: app))
        return [
            ("organization", { _ = try await organizations.overview(place.organization, at: Date()) }),
            ("days", { _ = try await organizations.days(place.organization, at: Date()) }),
            (
                "channel statistics",
                { _ = try await channels.stats(place.webChannel, of: place.organization, at: Date()) }
            ),
        ]
    }

    private static func road(_ app: Database, _ place: Place) -> [(String, Run)] {
        func queries(_ queries: @escaping @Sendable () throws -> [Query]) -> Run {
            { try await app.pipeline(for: place.organization, try queries()) }
        }
        let now = Date()
        let ids = IDSource(clock: WallClock { Date() }, randomness: .system)
        return [
            (
                "receive",
                queries {
                    let message = InboundMessage(
                        kind: .whatsappTwilio, localAddress: "whatsapp:+14155238886",
                        remoteAddress: "whatsapp:+15550000000",
                        providerMessageID: UUID().uuidString, text: "Hi")
                    return [try .receive(message, ids: InboundIDs(ids), at: Date(), debounce: Debounce(quiet: 2))]
                }
            ),
            ("chat with a number", queries { try chats(place) }),
            (
                "turn",
                queries {
                    [
                        .lock(place.conversation, withContact: true), .unfinishedTurns(of: place.conversation),
                        .turnMessages(in: place.conversation),
                        .turnHistory(in: place.conversation, limit: 20),
                        .answerFacts(in: place.conversation, at: now),
                        .noticesSent(in: place.conversation, at: now),
                        .allowance(in: place.conversation, at: now), .nextPart(of: place.turn),
                        .isQuestionWaiting(in: place.conversation),
                    ]
                }
            ),
            (
                "outbox",
                queries {
                    [
                        .nextInOutbox(of: place.conversation),
                        .end(
                            Job(claimed: JobID(UUID()), .send, key: place.conversation.text, for: place.organization),
                            ifNothingWaitsIn: place.conversation),
                        .assigned(["SM1", "SM2"], on: place.channel),
                        .move(place.message, OutboxMove(to: .sent, from: [.sending], providerID: "SMX"), at: now),
                        .pacing(of: place.conversation, at: now), .activity(of: place.webChannel, at: now),
                        .cancelQueued(in: place.conversation, before: 3, reason: "-", at: now),
                    ]
                }
            ),
            (
                "status report",
                queries {
                    [
                        .report(
                            StatusReport(
                                organization: place.organization, message: place.message, kind: .whatsappTwilio,
                                localAddress: "whatsapp:+14155238886", providerMessageID: "SM3001",
                                status: .read), at: now)
                    ]
                }
            ),
        ]
    }

    // MARK: What the server did

    /// Large tables that were read as a whole meanwhile, and again the second time: other sessions (the one that loaded the
    /// data, autovacuum) may hand in their counters late.
    private static func scans(in db: TestDatabase, during run: Run) async throws -> [String] {
        let first = try await scansOnce(in: db, during: run)
        guard !first.isEmpty else { return [] }
        return try await scansOnce(in: db, during: run).filter(first.contains)
    }

    private static func scansOnce(in db: TestDatabase, during run: Run) async throws -> [String] {
        let before = try await counted(in: db)
        for _ in 0..<runs { try await run() }
        let after = try await counted(in: db)
        return after.filter { $0.value > before[$0.key, default: 0] }.keys.sorted()
    }

    /// How often rows of a table were looked up by an index so far.
    private static func lookups(of table: String, in db: TestDatabase) async throws -> Int {
        try await endSessions(of: db)
        let rows = try await db.owner.query("select idx_scan as n from pg_stat_user_tables where relname = \(table)")
        return try rows[0]["n"]
    }

    /// How many rows of a table were read so far, by whatever way.
    private static func rowsRead(of table: String, in db: TestDatabase) async throws -> Int {
        try await endSessions(of: db)
        let rows = try await db.owner.query(
            "select seq_tup_read + idx_tup_fetch as n from pg_stat_user_tables where relname = \(table)")
        return try rows[0]["n"]
    }

    /// Sequential scans so far.
    private static func counted(in db: TestDatabase) async throws -> [String: Int] {
        try await endSessions(of: db)
        let rows = try await db.owner.query(
            """
            select s.relname as name, s.seq_scan as scans from pg_stat_user_tables s join pg_class c on c.oid = s.relid
            where c.reltuples >= \(small)
            """)
        return Dictionary(try rows.map { (try $0["name"], try $0["scans"]) }, uniquingKeysWith: { first, _ in first })
    }

    /// A session hands its counters in when it ends.
    private static func endSessions(of db: TestDatabase) async throws {
        await db.app.close()
        let sessions: Query =
            "select count(*) as n from pg_stat_activity where usename = 'parley_app' and datname = current_database()"
        for _ in 0..<200 where try await db.owner.query(sessions)[0]["n"] != 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    // MARK: The data

    private struct Place: Sendable {
        let organization: OrganizationID
        let channel: ChannelID
        let webChannel: ChannelID
        let conversation: ConversationID
        let message: MessageID
        let turn: TurnID
    }

    /// The benchmarks' data set, loaded by one session.
    private static func dataset(_ sizes: [String: Int]) throws -> String {
        let folder = ProjectRoot.path + "/Tests/Benchmarks/dataset"
        let text = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            String(decoding: try #require(FileManager.default.contents(atPath: "\(folder)/\(name)")), as: UTF8.self)
        }.joined()
        return sizes.merging(["first": 0, "last": 1]) { own, _ in own }.reduce(text) {
            $0.replacing(":" + $1.key, with: String($1.value))
        }
    }

    private func withLargeData(_ body: (TestDatabase, Place) async throws -> Void) async throws {
        try await TestDatabase.with { db in
            let sql = try Self.dataset(["organizations": 3, "conversations": 2_000, "messages": 24_000])
            try await db.owner.withConnection { try await $0.script(sql) }
            // Its session hands in what it counted while loading.
            await db.owner.close()
            try await Task.sleep(for: .seconds(1))
            let rows = try await db.owner.query(
                """
                select m.organization_id, m.channel_id, m.conversation_id, m.id, m.turn_id,
                    (select id from parley.channels c where c.organization_id = m.organization_id and kind = 'whatsapp_web')
                        as web_channel
                from parley.messages m where provider_message_id = 'SM3001'
                """)
            let row = try #require(rows.first)
            try await body(
                db,
                Place(
                    organization: try row["organization_id"], channel: try row["channel_id"],
                    webChannel: try row["web_channel"], conversation: try row["conversation_id"],
                    message: try row["id"],
                    turn: try row["turn_id"]))
        }
    }
}
