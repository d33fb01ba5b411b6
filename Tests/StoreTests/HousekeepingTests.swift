import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Housekeeping works in small transactions, and everybody's turn comes.
@Suite struct HousekeepingTests {
    private static let now = Date(timeIntervalSince1970: 1_795_369_234)

    /// Organizations in the order of their ids.
    private static func found(_ count: Int, in db: TestDatabase) async throws -> [OrganizationID] {
        let ids = (0..<count).compactMap {
            OrganizationID("10000000-0000-7000-8000-" + String(String($0 + 100_000_000_000).suffix(12)))
        }
        for id in ids { try await db.owner.query(.insert(organization: id, at: now)) }
        return ids
    }

    @Test func periodsCloseAFewAtATime() async throws {
        try await TestDatabase.with { db in
            for id in try await Self.found(7, in: db) {
                try await db.app.pipeline(for: id, [.countOutbound(1, of: id, at: Self.now)])
            }
            let later = Self.now.addingTimeInterval(40 * 86_400)
            let batch: Int = try await db.app.query("select close_usage_periods(\(later), 3) as closed")[0]["closed"]
            #expect(batch == 3)
            let store = HousekeepingStore(database: db.app, room: 3)
            #expect(try await store.closeUsagePeriods(at: later) == 4)
            #expect(try await store.closeUsagePeriods(at: later) == 0)
        }
    }

    @Test func deadJobsGoAfterNinetyDaysAndNoOthersDo() async throws {
        try await TestDatabase.with { db in
            let id = try await Self.found(1, in: db)[0]
            try await db.owner.query(
                """
                insert into parley.jobs (organization_id, id, kind, key, state, run_at, created_at)
                select \(id), gen_random_uuid(), 'bulk', key, state, \(Self.now),
                    \(Self.now)::timestamptz - make_interval(days => days)
                from (values ('old', 'dead', 91), ('young', 'dead', 89), ('waiting', 'ready', 91)) as jobs (key, state, days)
                """)
            _ = try await HousekeepingStore(database: db.app).prune(at: Self.now)
            let left = try await db.owner.query("select key from parley.jobs order by key")
            #expect(try left.map { try $0["key"] } == ["waiting", "young"])
        }
    }

    @Test func anAddressThatWasGivenBackIsForgottenAfterAYear() async throws {
        try await TestDatabase.with { db in
            try await db.owner.query(
                """
                alter table parley.released_addresses no force row level security
                """)
            try await db.owner.query(
                """
                insert into parley.released_addresses (kind, address, released_at)
                select 'whatsapp_twilio', '+1415555010' || n, \(Self.now)::timestamptz - make_interval(days => n * 365)
                from generate_series(0, 2) n
                """)
            _ = try await HousekeepingStore(database: db.app).prune(at: Self.now.addingTimeInterval(86_400))
            let left = try await db.owner.query("select address from parley.released_addresses")
            #expect(try left.map { try $0["address"] } == ["+14155550100"])
        }
    }

    @Test func aCallLooksAtTwentyOrganizationsAndTheNextOneGoesOnThere() async throws {
        try await TestDatabase.with { db in
            let ids = try await Self.found(30, in: db)
            for id in ids { try await Self.keepDecisions(1, for: id, in: db) }
            // One of twenty is the platform.
            #expect(try await Self.prune(room: 100, in: db) == Pruned(gone: 19, isRound: false))
            #expect(try await Self.left(in: db).keys.sorted() == ids[19...].map(\.text))
            #expect(try await Self.prune(room: 100, in: db) == Pruned(gone: 11, isRound: true))
            #expect(try await Self.prune(room: 100, in: db) == Pruned(gone: 0, isRound: false), "begins anew")
        }
    }

    @Test func whoHasMuchToDeleteDoesNotKeepTheOthersWaiting() async throws {
        try await TestDatabase.with { db in
            let ids = try await Self.found(3, in: db)
            for (id, count) in zip(ids, [100, 5, 5]) { try await Self.keepDecisions(count, for: id, in: db) }
            #expect(try await Self.prune(room: 10, in: db).gone == 10)
            #expect(try await Self.prune(room: 10, in: db).gone == 10)
            #expect(try await Self.left(in: db) == [ids[0].text: 90])
        }
    }

    /// A quarter of an hour has a row for each channel, author and status; an import has many decisions of one moment.
    @Test func rowsOfOneMomentGoInBoundedBatchesToo() async throws {
        try await TestDatabase.with { db in
            let ids = try await Self.found(2, in: db)
            for id in ids { try await Self.keepDecisions(25, for: id, apart: 0, in: db) }
            try await Self.keepCounts(25, for: ids[0], in: db)
            var batches: [Int] = []
            while batches.reduce(0, +) < 75, batches.count < 20 {
                batches.append(try await Self.prune(room: 10, in: db).gone)
            }
            #expect(batches.reduce(0, +) == 75 && batches.allSatisfy { $0 <= 10 }, "\(batches)")
            #expect(try await Self.left(in: db).isEmpty)
        }
    }

    @Test func oneMonthIsDroppedPerTransaction() async throws {
        try await TestDatabase.with { db in
            let later = Date().addingTimeInterval(1_000 * 86_400)
            let tables: Query = "select count(*) as n from pg_inherits"
            let before: Int = try await db.owner.query(tables)[0]["n"]
            #expect(try await db.app.query("select drop_old_partition(\(later)) as dropped")[0]["dropped"] == true)
            // A month of a table has indexes, which inherit too.
            let months: Query = """
                select count(*) as n from pg_class
                where relnamespace = 'parley'::regnamespace and relispartition and relkind = 'r'
                """
            let after: Int = try await db.owner.query(months)[0]["n"]
            let left: Int = try await db.owner.query(tables)[0]["n"]
            #expect(left < before)
            #expect(try await db.app.query("select drop_old_partition(\(later)) as dropped")[0]["dropped"] == true)
            #expect(try await db.owner.query(months)[0]["n"] as Int == after - 1)
        }
    }

    @Test(arguments: [
        "ensure_partitions", "drop_old_partition", "prune", "prune_turn_recordings", "fold_message_counts",
    ])
    func aKindOfWorkThatFailsIsReportedAndStopsNoOther(_ function: String) async throws {
        try await TestDatabase.with { db in
            let id = try await Self.found(1, in: db)[0]
            try await Self.keepDecisions(5, for: id, in: db)
            try await db.owner.query("revoke execute on routine parley.\(unescaped: function) from parley_app")
            let error = await #expect(throws: PostgresError.self) {
                _ = try await HousekeepingStore(database: db.app).prune(at: Self.now)
            }
            #expect(error?.sqlState == "42501")
            #expect(try await Self.left(in: db).isEmpty)
        }
    }

    private struct Pruned: Equatable {
        let gone: Int
        let isRound: Bool
    }

    private static func keepCounts(_ count: Int, for id: OrganizationID, in db: TestDatabase) async throws {
        try await db.owner.query(
            """
            insert into parley.message_counts (organization_id, quarter, channel_id, author, status, slot, messages)
            select \(id), \(now)::timestamptz - interval '800 days', gen_random_uuid(), 'ai', 'sent', 0, 1
            from generate_series(1, \(count)::integer)
            """)
    }

    /// - Parameter apart: seconds from one to the next.
    private static func keepDecisions(
        _ count: Int, for id: OrganizationID, apart: Double = 1, in db: TestDatabase
    ) async throws {
        try await db.owner.withConnection { connection in
            _ = try await connection.pipeline([
                "set local session_replication_role = replica",
                """
                insert into parley.decisions (organization_id, conversation_id, turn_id, gate, outcome, reason, at)
                select \(id), gen_random_uuid(), gen_random_uuid(), 'model', 'answered', 'x',
                    \(now)::timestamptz - interval '800 days' + n * \(apart)::float8 * interval '1 second'
                from generate_series(1, \(count)::integer) n
                """,
            ])
        }
    }

    private static func prune(room: Int, in db: TestDatabase) async throws -> Pruned {
        let rows = try await db.app.query("select gone, is_round from prune_history(\(now), \(room)::integer)")
        let row = try #require(rows.first)
        return Pruned(gone: try row["gone"], isRound: try row["is_round"])
    }

    private static func left(in db: TestDatabase) async throws -> [String: Int] {
        let rows = try await db.owner.query(
            "select organization_id::text as id, count(*) as n from parley.decisions group by 1")
        return Dictionary(try rows.map { (try $0["id"], try $0["n"]) }, uniquingKeysWith: { first, _ in first })
    }
}
