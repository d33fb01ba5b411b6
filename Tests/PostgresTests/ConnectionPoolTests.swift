import Postgres
import Support
import Testing

/// Who waits for a connection gets whichever is free first.
@Suite struct ConnectionPoolTests {
    /// The pooler lets the second connection in and has no session for it, as long as the first one lives.
    @Test(.timeLimit(.minutes(1))) func aPoolerWithOneSessionStarvesNobody() async throws {
        try await TestDatabase.with { database in
            try await Pooler.with(mode: "session", sessions: 1) { pooler in
                let pool = Database(url: try pooler.url(database.appURL), connections: 3)
                let began = ContinuousClock.now
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<6 {
                        group.addTask {
                            _ = try await pool.withConnection { try await $0.query("select pg_sleep(0.02)") }
                        }
                    }
                    try await group.waitForAll()
                }
                // One that is made for them would have to be given up first, after five seconds.
                #expect(.now - began < .seconds(4))
                await pool.close()
            }
        }
    }

    /// Nobody waits out the patience of the pool when the server does not let anybody in.
    @Test func aServerThatIsAwayIsSaidAtOnceToAllWhoWait() async throws {
        let pool = Database(url: "postgresql://nobody@/nothing?host=/nonexistent", connections: 2, patience: 20)
        let began = ContinuousClock.now
        await withTaskGroup(of: PostgresError.Code?.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    do {
                        _ = try await pool.query("select 1")
                        return nil
                    } catch { return (error as? PostgresError)?.code }
                }
            }
            for await code in group { #expect(code == .connection) }
        }
        #expect(.now - began < .seconds(10))
    }

    /// A connection that can't be made, while another one is there, is no reason to send anybody away.
    @Test func oneThatCanNotBeMadeFailsNobodyWhoHasAnother() async throws {
        try await TestDatabase.with { database in
            try await database.owner.query("create role parley_alone login connection limit 1")
            let url = try TestDatabase.url(database.ownerURL, database: database.name, role: "parley_alone")
            let pool = Database(url: url, connections: 3)
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<6 { group.addTask { _ = try await pool.query("select pg_sleep(0.02)") } }
                    try await group.waitForAll()
                }
            } catch { Issue.record(error) }
            await pool.close()
            // Its session ends a moment later.
            _ = try await database.owner.persisting(for: 5) { try await database.owner.query("drop role parley_alone") }
        }
    }

    /// A process that ends has its connections for what it still has to write.
    @Test(.timeLimit(.minutes(1))) func whoIsToldToStopWaitsForNoConnection() async throws {
        try await TestDatabase.with { database in
            let pool = Database(url: database.appURL, connections: 1, patience: 30)
            try await pool.withConnection { _ in
                for pause in [Duration.zero, .milliseconds(100)] {
                    let began = ContinuousClock.now
                    let waiting = Task { try await pool.query("select 1") }
                    try await Task.sleep(for: pause)
                    waiting.cancel()
                    await #expect(throws: PostgresError.self) { try await waiting.value }
                    #expect(.now - began < .seconds(10))
                }
            }
            #expect(try await pool.query("select 1").count == 1, "the connection is there for the next one")
            await pool.close()
        }
    }

    @Test func whatThePersistingDoesIsDoneAgainWhileTheDatabaseIsAwayAndNoLonger() async throws {
        let database = Database(url: "postgresql://nobody@/nothing?host=/nonexistent")
        var tries = 0
        let result = try await database.persisting(for: 10) { () async throws -> Int in
            tries += 1
            if tries < 4 { throw PostgresError(.connection, detail: "") }
            return tries
        }
        #expect(result == 4)
        tries = 0
        let began = ContinuousClock.now
        await #expect(throws: PostgresError.self) {
            try await database.persisting(for: 0.3) { () async throws -> Void in
                tries += 1
                throw PostgresError(.busy, detail: "")
            }
        }
        #expect(tries > 1 && .now - began < .seconds(5))
        tries = 0
        await #expect(throws: PostgresError.self) {
            try await database.persisting(for: 10) { () async throws -> Void in
                tries += 1
                throw PostgresError(.server, sqlState: "23514", detail: "")
            }
        }
        #expect(tries == 1, "what is refused is not asked again")
    }

    @Test func anErrorIsOneLineOfTheLog() {
        let error = PostgresError(
            .server, sqlState: "23514", constraint: "c", detail: "ERROR:  no\nDETAIL:  why\r\n\t so\n")
        #expect(String(reflecting: error) == "database error: server (23514) c ERROR:  no DETAIL:  why so")
    }
}
