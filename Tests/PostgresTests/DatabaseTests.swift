import FoundationEssentials
import Postgres
import Support
import Synchronization
import Testing

@Suite struct DatabaseTests {
    @Test func everyTypeComesBackAsItWent() async throws {
        try await TestDatabase.with { database in
            let id = UUID()
            let date = Date(timeIntervalSince1970: 1_795_369_234.123456)
            let bytes = Data([0, 1, 255])
            let rows = try await database.app.query(
                """
                select \(id) as id, \(date) as date, \(bytes) as bytes, \("it's \"q\" é")::text as text, \(true) as yes,
                    \(-7) as number, \(0.25) as fraction, \(nil as String?)::text as nothing
                """)
            let row = try #require(rows.first)
            #expect(try row["id"] == id)
            #expect(try row["date"] as Date == date)
            #expect(try row["bytes"] == bytes)
            #expect(try row["text"] == "it's \"q\" é")
            #expect(try row["yes"] == true)
            #expect(try row["number"] == -7)
            #expect(try row["fraction"] == 0.25)
            #expect(try row["nothing"] as String? == nil)
        }
    }

    /// What is stored is what was checked: libpq would end the text there, and dropping it makes another text.
    @Test func textWithNULIsRefusedAndNothingIsSent() async throws {
        try await TestDatabase.with { database in
            try await database.owner.query("create table public.t (n text)")
            for text in ["\0", "admin\0", "a\0b"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await database.owner.withConnection {
                        try await $0.pipeline(["insert into t values ('x')", "insert into t values (\(text))"])
                    }
                }
                #expect(error?.sqlState == "22021")
                let list = await #expect(throws: PostgresError.self) {
                    try await database.owner.query("select \(array: [text])::text[]")
                }
                #expect(list?.sqlState == "22021")
            }
            #expect(try await database.owner.query("select * from t").isEmpty)
        }
    }

    @Test func aPipelineIsOneTransactionAndStopsAtTheFirstFailure() async throws {
        try await TestDatabase.with { database in
            try await database.owner.query("create table public.t (n int primary key)")
            await #expect(throws: PostgresError.self) {
                try await database.owner.withConnection {
                    try await $0.pipeline([
                        "insert into t values (1)", "insert into t values (1)", "insert into t values (2)",
                    ])
                }
            }
            #expect(try await database.owner.query("select * from t").isEmpty)
            let rows = try await database.owner.query("select 1 as one")
            #expect(try rows.first?["one"] == 1)
        }
    }

    @Test func aFailedTransactionLeavesNothingAndTheConnectionUsable() async throws {
        struct Stop: Error {}
        try await TestDatabase.with(connections: 1) { database in
            try await database.owner.query("create table public.t (n int)")
            await #expect(throws: Stop.self) {
                try await database.owner.transaction { connection in
                    try await connection.query("insert into t values (1)")
                    throw Stop()
                }
            }
            #expect(try await database.owner.query("select * from t").isEmpty)
        }
    }

    @Test func aKilledIdleConnectionIsReplacedByTheNextTransaction() async throws {
        try await TestDatabase.with(connections: 1) { database in
            let rows = try await database.app.query("select pg_backend_pid() as pid")
            let pid: Int = try #require(try rows.first?["pid"])
            try await database.owner.query("select pg_terminate_backend(\(pid)::int)")
            let again = try await database.app.transaction { try await $0.query("select 1 as one") }
            #expect(try again.first?["one"] == 1)
        }
    }

    /// A server that restarts, a proxy that tidies up, a function that was frozen: the next request is answered all the same.
    @Test func aConnectionThatDiedWhileIdleFailsNobody() async throws {
        try await TestDatabase.with { database in
            let pool = Database(url: database.appURL, connections: 2)
            for _ in 0..<3 {
                let before = try await pool.query("select pg_backend_pid() as pid").first?["pid"] as Int?
                try await database.owner.query(
                    "select pg_terminate_backend(\(before ?? 0)::int) as ended")
                // Until the word is here.
                try await Task.sleep(for: .milliseconds(100))
                let after = try await pool.query("select pg_backend_pid() as pid").first?["pid"] as Int?
                #expect(before != nil && after != nil && before != after)
            }
            // One that is alive and was told something stays.
            let before = try await pool.query("select pg_backend_pid() as pid").first?["pid"] as Int?
            try await database.owner.query("select pg_reload_conf()")
            try await Task.sleep(for: .milliseconds(100))
            #expect(try await pool.query("select pg_backend_pid() as pid").first?["pid"] as Int? == before)
            await pool.close()
        }
    }

    @Test func foreignTextNeverBecomesSQL() async throws {
        try await TestDatabase.with { database in
            let hostile = "'; drop table parley.messages; --"
            let rows = try await database.app.query("select \(hostile)::text as text")
            #expect(try rows.first?["text"] == hostile)
        }
    }

    @Test(arguments: [0, -1, 951_782_399.999999, 4_102_444_800, -62_135_596_800])
    func timestampsRoundTrip(_ seconds: Double) throws {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(PostgresTimestamp.date(PostgresTimestamp.text(date)) == date)
    }

    @Test func waitingForAConnectionHasAnEnd() async throws {
        try await TestDatabase.with { database in
            let pool = Database(url: database.appURL, connections: 1, patience: 0.2)
            try await pool.withConnection { _ in
                let error = await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
                #expect(error?.code == .busy)
            }
            let rows = try await pool.query("select 1 as one")
            #expect(try rows.first?["one"] == 1)
            await pool.close()
        }
    }

    /// A crowd that waits delays somebody else by one lease.
    @Test(arguments: [
        // How many connections, who holds one first and for how many milliseconds, who comes then, and who gets one.
        (1, [("crowd", 200)], ["crowd", "crowd", "crowd", "alone"], ["crowd", "alone", "crowd", "crowd"]),
        (2, [("crowd", 400), ("other", 200)], ["crowd", "alone"], ["alone", "crowd"]),
    ])
    func everybodysTurnComesBeforeACrowdsSecond(
        _ connections: Int, _ first: [(share: String, milliseconds: Int)], _ then: [String], _ expected: [String]
    ) async throws {
        try await TestDatabase.with { database in
            let pool = Database(url: database.appURL, connections: connections)
            let order = Order()
            var tasks: [Task<Void, any Error>] = []
            for holder in first {
                tasks.append(
                    Task {
                        try await pool.withConnection(for: holder.share) { _ in
                            try await Task.sleep(for: .milliseconds(holder.milliseconds))
                        }
                    })
            }
            for share in then {
                // In this order.
                try await Task.sleep(for: .milliseconds(20))
                tasks.append(
                    Task {
                        try await pool.withConnection(for: share) { _ in
                            order.append(share)
                            try await Task.sleep(for: .milliseconds(10))
                        }
                    })
            }
            for task in tasks { try await task.value }
            #expect(order.shares == expected)
            await pool.close()
        }
    }

    private final class Order: Sendable {
        private let list = Mutex<[String]>([])

        var shares: [String] { list.withLock { $0 } }
        func append(_ share: String) { list.withLock { $0.append(share) } }
    }

    @Test func aRefusedStatementCostsNoConnection() async throws {
        try await TestDatabase.with(connections: 1) { database in
            let session: Query = "select pg_backend_pid() as pid"
            let before: Int = try await database.app.query(session)[0]["pid"]
            await #expect(throws: PostgresError.self) {
                try await database.app.withConnection { try await $0.pipeline(["begin", "select 1/0", "commit"]) }
            }
            await #expect(throws: PostgresError.self) { try await database.app.query("select nonsense") }
            let after: Int = try await database.app.query(session)[0]["pid"]
            #expect(before == after)
        }
    }

    @Test func aTransactionThatMeetsAnotherIsRunAgain() async throws {
        try await TestDatabase.with { database in
            var tries = 0
            let result = try await database.app.repeating { () async throws -> Int in
                tries += 1
                if tries < 3 {
                    try await database.app.query("do $$ begin raise exception 'met' using errcode = '40P01'; end $$")
                }
                return tries
            }
            // Each of the two failing bodies repeated its own statement as well.
            #expect(result == 3)
            tries = 0
            let error = await #expect(throws: PostgresError.self) {
                try await database.app.repeating { () async throws -> Void in
                    tries += 1
                    throw PostgresError(.server, sqlState: "40001", detail: "")
                }
            }
            #expect(error?.isRetryable == true)
            #expect(tries == 4)
        }
    }

    @Test func timeOutsBelongToTheRole() async throws {
        try await TestDatabase.with { database in
            for (name, value) in [
                ("statement_timeout", "30s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "15s"),
                ("TimeZone", "UTC"), ("search_path", "parley, public"),
            ] {
                let rows = try await database.app.query("select current_setting(\(name)) as value")
                #expect(try rows[0]["value"] == value)
            }
        }
    }

    @Test func whatIsAppendedKeepsItsBinds() {
        var query: Query = "select \(1) where a = \("x")"
        query.append(" and b = \(true) or \(2) = c")
        query.append(" limit 1")
        #expect(query.sql == "select $1 where a = $2 and b = $3 or $4 = c limit 1")
        #expect(query.binds.map(\.text) == ["1", "x", "t", "2"])
    }
}
