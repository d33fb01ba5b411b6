import Foundation
import Postgres
import Support
import Testing

@Suite struct PoolerTests {
    /// Without a pooler each statement is prepared once.
    @Test func aLastingSessionPrepares() async throws {
        try await TestDatabase.with { database in
            let direct = Database(url: database.appURL, connections: 1)
            for number in 0..<3 { try await direct.query("select \(number) as n") }
            let rows = try await direct.query("select count(*)::int as n from pg_prepared_statements")
            #expect(try rows.first?["n"] as Int? ?? 0 >= 2)
            await direct.close()
        }
    }

    /// A pooler that hides itself shows when something that was prepared is not there.
    @Test func whatIsGoneIsDoneWithout() async throws {
        try await TestDatabase.with { database in
            let pool = Database(url: database.appURL, connections: 1)
            for _ in 0..<3 {
                let one = try await pool.query("select 1 as one")
                #expect(try one.first?["one"] == 1)
                try await pool.withConnection { try await $0.script("deallocate all") }
            }
            let left = try await pool.query("select count(*)::int as n from pg_prepared_statements")
            #expect(try left.first?["n"] == 0)
            await pool.close()
        }
    }

    /// A statement that was prepared in one session is not there in the next.
    @Test(.timeLimit(.minutes(1))) func everythingWorksThroughAPoolerInTransactionMode() async throws {
        try await TestDatabase.with { database in
            try await Pooler.with { pooler in
                try await database.owner.query("create table public.counts (id int primary key, n int not null)")
                try await database.owner.query("insert into public.counts select id, 0 from generate_series(1, 8) id")
                try await database.owner.query("grant select, update on public.counts to parley_app")
                let pooled = Database(url: try pooler.url(database.appURL), connections: 8)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<8 {
                        group.addTask {
                            for round in 0..<25 {
                                _ = try await pooled.transaction { connection in
                                    try await connection.query(
                                        "update public.counts set n = n + 1 where id = \(task + 1)")
                                }
                                let rows = try await pooled.query("select n from public.counts where id = \(task + 1)")
                                #expect(try rows.first?["n"] == round + 1)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let total = try await pooled.query("select sum(n)::int as total from public.counts")
                #expect(try total.first?["total"] == 200)
                await pooled.close()
            }
        }
    }
}
