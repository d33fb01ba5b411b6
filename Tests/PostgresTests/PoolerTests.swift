import Foundation
import Postgres
import Support
import Testing

@Suite struct PoolerTests {
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
