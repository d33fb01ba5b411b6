import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Which transactions wait for the disk. The test cluster waits for none by default, so each test says first that it shall.
@Suite struct DurabilityTests {
    private static let organization = OrganizationID(UUID())
    private static let setting: Query = "select current_setting('synchronous_commit') as setting"

    private func with(_ body: (Database) async throws -> Void) async throws {
        try await TestDatabase.with(connections: 1) { database in
            try await database.app.query("set synchronous_commit = on")
            try await body(database.app)
        }
    }

    private func setting(_ database: Database, _ durability: Durability, _ queries: [Query] = []) async throws -> String
    {
        let answers = try await database.pipeline(
            for: Self.organization, durability: durability, queries + [Self.setting])
        return try #require(try answers.last?.first?["setting"])
    }

    @Test func onlyATransactionThatSaysSoDoesNotWaitForTheDisk() async throws {
        try await with { database in
            var settings: [String] = []
            for durability in [Durability.onDisk, .inOrder, .onDisk] {
                settings.append(try await setting(database, durability))
            }
            #expect(settings == ["on", "off", "on"], "the next one on the same connection waits again")
        }
    }

    @Test func itCanBeDecidedLater() async throws {
        try await with { database in
            let decided = try await setting(database, .inOrder, [.onDisk])
            #expect(decided == "on")
        }
    }

    @Test func aTransactionBeginsTheSameWay() async throws {
        try await with { database in
            let settings = try await database.transaction(for: Self.organization, durability: .inOrder) {
                connection in
                try await connection.query(
                    """
                    select current_setting('synchronous_commit') as setting,
                        current_setting('parley.organization') as organization
                    """)
            }
            let row = try #require(settings.first)
            let (setting, organization): (String, String) = (try row["setting"], try row["organization"])
            #expect(setting == "off")
            #expect(organization == Self.organization.text)
        }
    }
}
