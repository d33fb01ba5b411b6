import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// What housekeeping deletes, and that it keeps up.
@Suite struct RetentionTests {
    /// Longer ago than the default retention of 730 days.
    private static let longAgo = Date().addingTimeInterval(-800 * 86_400)

    @Test func messagesOlderThanTheRetentionGoWithAllThatHangsOnThem() async throws {
        try await TestDatabase.with { db in
            let ours = try await History.make(in: db, messages: 300, from: Self.longAgo, to: Date())
            let left = try await ours.counts(in: db)
            _ = try await HousekeepingStore(database: db.app, room: 50).prune(at: Date())
            let kept = try await ours.counts(in: db)
            for (kind, before) in left {
                let after = try #require(kept[kind])
                #expect(after > 0 && after < before, "\(kind): \(before) -> \(after)")
            }
            let young = try await db.owner.query(
                "select count(*) as n from parley.messages where created_at < now() - interval '730 days'")
            #expect(try young[0]["n"] == 0)
        }
    }

    @Test func eachOrganizationHasItsOwnRetention() async throws {
        try await TestDatabase.with { db in
            let from = Date().addingTimeInterval(-100 * 86_400)
            let short = try await History.make(in: db, messages: 100, from: from, to: Date())
            let long = try await History.make(in: db, messages: 100, from: from, to: Date())
            try await db.owner.query(
                "update parley.organizations set retention_days = 30 where id = \(short.organization)")
            _ = try await HousekeepingStore(database: db.app).prune(at: Date())
            let shortened = try #require(try await short.counts(in: db)["messages"])
            #expect((25...31).contains(shortened))
            #expect(try await long.counts(in: db)["messages"] == 100)
        }
    }

    @Test func aMonthThatNobodyKeepsIsDropped() async throws {
        try await TestDatabase.with { db in
            let store = HousekeepingStore(database: db.app)
            let later = Date().addingTimeInterval(900 * 86_400)
            try await store.ensurePartitions(until: later)
            let months = "select count(*) as n from pg_inherits where inhparent = 'parley.messages'::regclass"
            let before: Int = try await db.owner.query("\(unescaped: months)")[0]["n"]
            _ = try await store.prune(at: later)
            let after: Int = try await db.owner.query("\(unescaped: months)")[0]["n"]
            #expect(after < before && after >= 24)
            await #expect(throws: PostgresError.self) {
                try await db.app.query("select drop_partition('messages_other')")
            }
        }
    }

    @Test(arguments: [900.0, -900])
    func monthsAheadAreMadeAFewPerTransactionUntilAllAreThere(_ days: Double) async throws {
        try await TestDatabase.with { db in
            let later = Date().addingTimeInterval(days * 86_400)
            let call: Query = "select ensure_partitions(\(later)) as missing"
            let before = try await Self.months(in: db)
            #expect(try await db.app.query(call)[0]["missing"] == 32)
            #expect(try await Self.months(in: db) == before + 32)
            try await HousekeepingStore(database: db.app).ensurePartitions(until: later)
            #expect(try await db.app.query(call)[0]["missing"] == 0)
            #expect(try await Self.months(in: db) >= before + 5 * 28)
        }
    }

    @Test func noCallMakesMonthsForEver() async throws {
        try await TestDatabase.with { db in
            let never = Date().addingTimeInterval(9_000 * 365 * 86_400)
            try await HousekeepingStore(database: db.app).ensurePartitions(until: never)
            let tables = try await db.owner.query("select count(*) as n from parley.partition_parents()")
            let each = try await Self.months(in: db) / (try tables[0]["n"] as Int)
            #expect((12 * 10...12 * 10 + 4).contains(each))
        }
    }

    private static func months(in db: TestDatabase) async throws -> Int {
        try await db.owner.query(
            """
            select count(*) as n from pg_class
            where relnamespace = 'parley'::regnamespace and relispartition and relkind = 'r' and relname ~ '_\\d{4}_\\d{2}$'
            """)[0]["n"]
    }

    @Test func rowsOfAMonthThatWasNotPreparedMoveIntoIt() async throws {
        try await TestDatabase.with { db in
            let later = Date().addingTimeInterval(400 * 86_400)
            let ours = try await History.make(in: db, messages: 50, from: later, to: later.addingTimeInterval(86_400))
            let before = try await ours.counts(in: db)
            try await HousekeepingStore(database: db.app).ensurePartitions(until: later)
            #expect(try await ours.counts(in: db) == before)
            let left = try await db.owner.query("select count(*) as n from only parley.messages_other")
            #expect(try left[0]["n"] == 0)
        }
    }
}

/// An organization with one conversation whose messages lie evenly between two times.
private struct History {
    let organization: OrganizationID

    static func make(in db: TestDatabase, messages: Int, from: Date, to: Date) async throws -> History {
        let (organization, channel, contact, conversation) = (UUID(), UUID(), UUID(), UUID())
        _ = try await db.owner.withConnection { connection in
            try await connection.pipeline([
                "set search_path = parley, public",
                """
                insert into organizations (id, name, created_at, updated_at) values (\(organization), 'O', \(from), \(from))
                """,
                """
                insert into channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(channel), \(organization), 'sandbox', \(organization.uuidString), 'C', \(from), \(from))
                """,
                """
                insert into contacts (id, organization_id, created_at, updated_at)
                values (\(contact), \(organization), \(from), \(from))
                """,
                """
                insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                    last_message_at, created_at)
                values (\(conversation), \(organization), \(channel), \(contact), 'r', 'l', \(to), \(from))
                """,
                """
                create temp table moments on commit drop as
                select \(from)::timestamptz + (\(to)::timestamptz - \(from)::timestamptz) * n / \(messages) as at,
                    id_at(\(from)::timestamptz + (\(to)::timestamptz - \(from)::timestamptz) * n / \(messages),
                        gen_random_uuid()) as id
                from generate_series(1, \(messages)) n
                """,
                """
                insert into turns (id, organization_id, conversation_id, state, opened_at, due_at, closed_at)
                select id, \(organization), \(conversation), 'answered', at, at, at from moments
                """,
                """
                insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, status,
                    provider_message_id, turn_id, created_at)
                select id, \(organization), \(conversation), \(channel), 'outbound', 'ai', 'x', 'sent', id::text, id, at
                from moments
                """,
                """
                insert into message_statuses (organization_id, message_id, status, at)
                select \(organization), id, 'sent', at from moments
                """,
                """
                insert into decisions (organization_id, conversation_id, turn_id, gate, outcome, reason, at)
                select \(organization), \(conversation), id, 'model', 'answered', 'x', at from moments
                """,
                """
                insert into ai_runs (id, organization_id, turn_id, provider, model, tokens_in, tokens_out, milliseconds, at)
                select id, \(organization), id, 'offline', 'x', 1, 1, 1, at from moments
                """,
            ])
        }
        return History(organization: OrganizationID(organization))
    }

    func counts(in db: TestDatabase) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for kind in ["messages", "message_statuses", "message_keys", "turn_replies", "turns", "decisions", "ai_runs"] {
            counts[kind] = try await db.owner.query(
                "select count(*) as n from parley.\(unescaped: kind) where organization_id = \(organization)")[0]["n"]
        }
        return counts
    }
}
