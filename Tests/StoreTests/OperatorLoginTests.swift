import Domain
import FoundationEssentials
import Postgres
import Support
import Testing

/// The operator's account is made by the first login.
@Suite struct OperatorLoginTests {
    private static let now = Date(timeIntervalSince1970: 1_795_369_234)

    /// The second of two first logins at once waits, and then finds everything done.
    @Test func theSecondOfTwoFirstLoginsEndsNoSession() async throws {
        try await TestDatabase.with { db in
            let call: @Sendable () -> Query = {
                "select parley.ensure_operator(\(UUID()), 'root', sha256('secret'), \(Self.now)) as id"
            }
            let second = try await db.owner.transaction { connection in
                try await connection.query("select pg_advisory_xact_lock(hashtextextended('operator', 0))")
                let second = Task { try await db.app.query(call()) }
                let waiting: Query =
                    "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
                while try await db.owner.query(waiting)[0]["n"] == 0 { try await Task.sleep(for: .milliseconds(5)) }
                let first: UserID = try #require(try await connection.query(call()).first)["id"]
                try await connection.query(
                    """
                    insert into parley.sessions (id, user_id, token_hash, agent_hash, created_at, last_seen_at, expires_at)
                    values (gen_random_uuid(), \(first), sha256('t'), sha256('a'), \(Self.now), \(Self.now),
                        \(Self.now)::timestamptz + interval '1 day')
                    """)
                return second
            }
            _ = try await second.value
            #expect(try await db.owner.query("select count(*) as n from parley.sessions")[0]["n"] == 1)
        }
    }
}
