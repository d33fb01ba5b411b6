import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct PersonaTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    private func with(_ body: (TestDatabase, OrganizationID, ChannelID) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let organization = OrganizationID(UUID())
            let channel = ChannelID(UUID())
            try await database.app.pipeline(
                for: organization,
                [
                    .insert(organization: organization, at: now), .createSystemPersonas(of: organization, at: now),
                    .createSystemPersonas(of: organization, at: now),
                    .insert(line: channel, of: organization, kind: .sandbox, at: now),
                ])
            try await body(database, organization, channel)
        }
    }

    private func custom(_ name: String = "Luna") -> Persona {
        Persona(
            id: ID(UUID()), name: name,
            style: Persona.Style(
                instructions: "Rhyme.", tone: .casual, responseStyle: "short", provider: .groq, model: "m",
                temperature: 0,
                historyLimit: 3, toneConfig: #"{"emoji": true}"#))
    }

    @Test func everyOrganizationHasThreeOnce() async throws {
        try await with { database, organization, channel in
            let rows = try await database.app.pipeline(for: organization, [.personas(of: organization)])[0]
            let personas = try rows.map { row in try Persona(row) }
            #expect(personas.compactMap(\.systemKind?.rawValue) == ["general", "sales", "support"])
            #expect(
                personas.allSatisfy { $0.version == 1 && !$0.style.instructions.isEmpty && $0.style.historyLimit == 10 }
            )
            let platform = try await database.owner.query(
                "select count(*) as count from parley.personas where organization_id = parley.platform_organization()")
            #expect(try platform.first?["count"] == 3)
        }
    }

    @Test func aChannelIsAnsweredByItsPersonaOrGeneral() async throws {
        try await with { database, organization, channel in
            func answering() async throws -> Persona? {
                let query = Query.persona(answering: channel, of: organization)
                return try await database.app.pipeline(for: organization, [query])[0].first.map { row in
                    try Persona(row)
                }
            }
            #expect(try await answering()?.systemKind == .general)
            let luna = custom()
            try await database.app.pipeline(
                for: organization,
                Query.create(luna, of: organization, by: nil, at: now) + [.assign(luna.id, to: channel, at: now)])
            #expect(try await answering() == luna)
            let listing = try await database.app.pipeline(for: organization, [.persona(luna.id)])[0].map { row in
                try PersonaListing(row)
            }
            #expect(listing.first?.channels == 1)
        }
    }

    @Test func anEditIsANewVersionAndTheOldOneStays() async throws {
        try await with { database, organization, _ in
            var luna = custom()
            try await database.app.pipeline(for: organization, Query.create(luna, of: organization, by: nil, at: now))
            let stale = luna
            luna.style.tone = .professional
            let edited = try await database.app.pipeline(
                for: organization, [.edit(luna, of: organization, by: nil, at: now)])[0]
            #expect(try edited.first?["version"] == 2)
            #expect(
                try await database.app.pipeline(for: organization, [.edit(stale, of: organization, by: nil, at: now)])[
                    0
                ].isEmpty)
            let tones = try await database.app.pipeline(
                for: organization, ["select tone from persona_versions where persona_id = \(luna.id) order by version"])[
                    0]
            #expect(try tones.map { row -> String in try row["tone"] } == ["casual", "professional"])
            await #expect(throws: PostgresError.self, "versions are never rewritten") {
                try await database.app.pipeline(for: organization, ["update persona_versions set tone = 'casual'"])
            }
        }
    }

    @Test func onlyAnUnusedCustomPersonaIsDeleted() async throws {
        try await with { database, organization, channel in
            func delete(_ id: PersonaID) async throws -> Int {
                try await database.app.pipeline(for: organization, [.delete(id, at: now)])[0].count
            }
            let general = try await database.app.pipeline(
                for: organization, [.persona(answering: channel, of: organization)])[0]
            #expect(try await delete(try Persona(try #require(general.first)).id) == 0)
            let luna = custom()
            try await database.app.pipeline(
                for: organization,
                Query.create(luna, of: organization, by: nil, at: now) + [.assign(luna.id, to: channel, at: now)])
            #expect(try await delete(luna.id) == 0)
            try await database.app.pipeline(for: organization, [.assign(nil, to: channel, at: now)])
            #expect(try await delete(luna.id) == 1)
            // The name is free again.
            try await database.app.pipeline(
                for: organization, Query.create(custom(), of: organization, by: nil, at: now))
            await #expect(throws: PostgresError.self) {
                try await database.app.pipeline(
                    for: organization, Query.create(custom("LUNA"), of: organization, by: nil, at: now))
            }
        }
    }

    @Test func anotherOrganizationSeesAndTakesNothing() async throws {
        try await with { database, organization, channel in
            let luna = custom()
            try await database.app.pipeline(for: organization, Query.create(luna, of: organization, by: nil, at: now))
            let other = OrganizationID(UUID())
            let rows = try await database.app.pipeline(
                for: other,
                [
                    .persona(luna.id), .personas(of: organization), .assign(luna.id, to: channel, at: now),
                    .delete(luna.id, at: now),
                ])
            #expect(rows.allSatisfy { $0.isEmpty })
        }
    }
}
