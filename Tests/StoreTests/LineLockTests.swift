import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Deleting a line takes its locks in the order in which the line's worker does.
@Suite(.timeLimit(.minutes(2))) struct LineLockTests {
    private static let now = Date(timeIntervalSince1970: 1_795_369_234)

    @Test func aLineIsDeletedWhileItsWorkerWrites() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let line = try await db.makeHeldLine(of: organization, at: Self.now)
            let store = ChannelStore(database: db.app)
            let deletion = try await db.app.transaction(holding: line) { connection in
                let deletion = Task { try await store.delete(line.channel, of: organization, at: Self.now) }
                try await Self.untilSomebodyWaits(in: db)
                // The worker's next row is one that the deletion wants too.
                try await connection.query(
                    .setStatus(line, .connected, reason: "Connected.", nextStep: "", at: Self.now))
                return deletion
            }
            #expect(try await deletion.value != nil)
            let channels = try await db.owner.query(
                "select status, deleted_at is not null as gone from parley.channels where id = \(line.channel)")
            #expect(try channels[0]["status"] == "stopped")
            #expect(try channels[0]["gone"] == true)
        }
    }

    /// The next line to be the primary one is being deleted, too.
    @Test func twoLinesAreDeletedAtOnceAndTheThirdBecomesPrimary() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            var lines: [ChannelID] = []
            for age in [3.0, 2, 1] {
                let line = try await db.makeHeldLine(of: organization, at: Self.now.addingTimeInterval(-age))
                lines.append(line.channel)
            }
            try await db.owner.query("update parley.channels set is_primary = true where id = \(lines[0])")
            let (first, second) = (lines[0], lines[1])
            let store = ChannelStore(database: db.app)
            let deletions = try await db.owner.transaction { connection in
                try await connection.query("select from parley.channels where id = \(second) for update")
                let later = Task { try await store.delete(second, of: organization, at: Self.now) }
                try await Self.untilSomebodyWaits(in: db)
                let sooner = Task { try await store.delete(first, of: organization, at: Self.now) }
                try await Self.untilSomebodyWaits(2, in: db)
                return [later, sooner]
            }
            for deletion in deletions { _ = try await deletion.value }
            let left = try await db.owner.query(
                "select id from parley.channels where organization_id = \(organization) and is_primary")
            #expect(try left.map { try $0["id"] as ChannelID } == [lines[2]])
        }
    }

    private static func untilSomebodyWaits(_ count: Int = 1, in db: TestDatabase) async throws {
        let waiting: Query = """
            select count(*) as n from pg_stat_activity
            where datname = current_database() and usename = 'parley_app' and wait_event_type = 'Lock'
            """
        for _ in 0..<1_000 {
            if try await db.owner.query(waiting)[0]["n"] as Int >= count { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw TestSetupError("nobody waits for a lock")
    }
}
