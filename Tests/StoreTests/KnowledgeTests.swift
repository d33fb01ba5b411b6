import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct KnowledgeTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)
    private let ids = IDSource { UUID() }

    private func with(_ body: (TestDatabase, OrganizationID) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let organization = OrganizationID(UUID())
            try await database.app.pipeline(for: organization, [.insert(organization: organization, at: now)])
            try await body(database, organization)
        }
    }

    private func add(_ items: [(String, String, [String])], of organization: OrganizationID, in database: TestDatabase)
        async throws
    {
        try await database.app.pipeline(
            for: organization,
            items.map {
                .save(KnowledgeItem(id: ids.make(), title: $0.0, body: $0.1, tags: $0.2), of: organization, at: now)
            })
    }

    private func search(_ terms: [String], of organization: OrganizationID, in database: TestDatabase) async throws
        -> KnowledgeMatches
    {
        try KnowledgeMatches(
            try await database.app.pipeline(for: organization, [.searchKnowledge(terms, of: organization)])[0])
    }

    @Test func termsAreFoundAsWrittenAsStemsAndAsBeginnings() async throws {
        try await with { database, organization in
            try await add(
                [
                    ("Delivery", "We deliver within 5 km.", ["shipping"]), ("Öffnungszeiten", "Täglich ab neun.", []),
                    ("Paint", "Red, blue and delivered in cans.", []),
                ], of: organization, in: database)
            let found = try await search(["delivering shipping", "nothing", "can"], of: organization, in: database)
            #expect(found.items.map(\.item.title) == ["Paint", "Delivery"])
            #expect(found.items.map(\.terms) == [[0, 2], [0]])
            #expect(found.items.map(\.titleTerms) == [[], [0]])
            #expect(found.frequencies == [2, 0, 1] && found.total == 3)
            #expect(
                try await search(["öffnungszeit"], of: organization, in: database).items.map(\.item.title) == [
                    "Öffnungszeiten"
                ])
            #expect(try await search([], of: organization, in: database).items.isEmpty)
        }
    }

    @Test func noQuestionBreaksTheSearch() async throws {
        try await with { database, organization in
            try await add([("A", "b", [])], of: organization, in: database)
            for text in [
                "'; drop table x; --", "a' | 'b", "\\", "':*", "& | ! ( )", "🎂", "http://x.example/a?b='c'",
            ] {
                #expect(try await search([text, "b"], of: organization, in: database).items.count == 1, "\(text)")
                _ = try await database.app.pipeline(
                    for: organization, [.knowledgeVocabulary(near: [text], of: organization)])
            }
        }
    }

    @Test func misspeltWordsFindTheirNeighbours() async throws {
        try await with { database, organization in
            try await add([("Delivery", "Refund policy", [])], of: organization, in: database)
            let rows = try await database.app.pipeline(
                for: organization, [.knowledgeVocabulary(near: ["delivry", "polcy"], of: organization)])[0]
            let words = Set(try rows.map { row -> String in try row["lexeme"] })
            #expect(words.contains("delivery") && words.contains("policy") && !words.contains("refund"))
        }
    }

    @Test func knowledgeBelongsToItsOrganization() async throws {
        try await with { database, organization in
            try await add([("Secret", "recipe", [])], of: organization, in: database)
            let other = OrganizationID(UUID())
            try await database.app.pipeline(for: other, [.insert(organization: other, at: now)])
            #expect(try await search(["recipe"], of: other, in: database).items.isEmpty)
            let rows = try await database.app.pipeline(
                for: other, [.searchKnowledge(["recipe"], of: organization), .knowledgeItems(of: organization)])
            #expect(rows.allSatisfy { $0.isEmpty })
        }
    }

    @Test func anItemIsReplacedByItsIDAndTagsComeBack() async throws {
        try await with { database, organization in
            var item = KnowledgeItem(
                id: ids.make(), title: "A", body: "old", tags: ["x y", "é\"'"], source: "document", sourceName: "a.pdf")
            try await database.app.pipeline(for: organization, [.save(item, of: organization, at: now)])
            item.body = "new"
            try await database.app.pipeline(for: organization, [.save(item, of: organization, at: now)])
            let rows = try await database.app.pipeline(for: organization, [.knowledgeItems(of: organization)])[0]
            #expect(try rows.map { row in try KnowledgeItem(row) } == [item])
            #expect(try await database.app.pipeline(for: organization, [.delete(item.id)])[0].count == 1)
        }
    }

    @Test func trainingCompilesTheProfileOnceAndCountsSnapshots() async throws {
        try await with { database, organization in
            let profile = BusinessProfile(
                name: "Acme Paint", description: "We sell paint.", industry: "Retail", website: "https://acme.example",
                goals: "sell", products: [.init(name: "Red", price: "9 USD", features: ["matt"]), .init(name: "Blue")])
            try await database.app.pipeline(for: organization, try Query.save(profile, of: organization, at: now))
            let stored = try await database.app.pipeline(
                for: organization, [.businessProfile(of: organization), .trainingStatus(of: organization)])
            #expect(try BusinessProfile(try #require(stored[0].first)) == profile)
            #expect(
                try TrainingStatus(try #require(stored[1].first))
                    == TrainingStatus(isModelTrained: false, lastTrainedAt: nil, snapshot: 0, items: 0))
            for round in 1...12 {
                let rows = try await database.app.pipeline(
                    for: organization, try KnowledgeTraining.queries(for: profile, of: organization, ids: ids, at: now))
                let status = try TrainingStatus(try #require(rows.last?.first))
                #expect(status == TrainingStatus(isModelTrained: true, lastTrainedAt: now, snapshot: round, items: 5))
            }
            let snapshots = try await database.app.pipeline(
                for: organization, ["select count(*) as count from knowledge_snapshots"])[0]
            #expect(try snapshots.first?["count"] == 10)
            #expect(try await search(["red"], of: organization, in: database).items.first?.item.title == "Red")
        }
    }

    /// The search stays quick at the limit of items, and one more is refused.
    @Test func theLimitHoldsAndIsSearchedQuickly() async throws {
        try await with { database, organization in
            try await database.app.pipeline(
                for: organization,
                [
                    """
                    insert into knowledge_items (id, organization_id, title, body, created_at, updated_at)
                    select gen_random_uuid(), \(organization), 'Item ' || n, repeat('word' || n || ' other' || n % 50 || ' ', 60), \(now), \(now)
                    from generate_series(1, 2000) n
                    """
                ])
            let started = ContinuousClock.now
            let found = try await search(["other7", "word7", "missing"], of: organization, in: database)
            #expect(found.total == 2000 && found.items.count == 12)
            #expect(ContinuousClock.now - started < .seconds(10))
            let extra = KnowledgeItem(id: ids.make(), title: "One too many", body: "x")
            #expect(
                try await database.app.pipeline(for: organization, [.save(extra, of: organization, at: now)])[0].isEmpty
            )
        }
    }
}
