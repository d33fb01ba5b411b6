import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// The id of the next one-time key: batches may be stored in another order than they were made.
@Suite struct PreKeyCounterTests {
    @Test func theCounterNeverGoesBack() async throws {
        let stored = try await Self.counter(afterStoring: [813, 1_625, 813])
        #expect(stored == [813, 1_625, 1_625])
    }

    /// After 16,777,215 comes 1.
    @Test func theCounterGoesRound() async throws {
        let stored = try await Self.counter(afterStoring: [8_000_000, 16_000_000, 16_777_000, 600, 16_777_215])
        #expect(stored == [8_000_000, 16_000_000, 16_777_000, 600, 600])
    }

    private static func counter(afterStoring ids: [Int]) async throws -> [Int] {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Date()))
            let line = try await db.makeHeldLine(of: organization, at: Date())
            var stored: [Int] = []
            for id in ids {
                let rows = try await db.app.pipeline(holding: line, [.setNextPreKey(line, id), .line(line)])
                stored.append(try #require(rows[1].first)["next_pre_key"])
            }
            return stored
        }
    }
}
