import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

private let now = Date(timeIntervalSince1970: 1_795_000_000)
/// No text: most secrets of a line are bytes.
private let secret: [UInt8] = [0xFF, 0x00, 0xC3]
private let old = SecretBoxTests.first
private let new = SecretBoxTests.second

/// Every stored secret, sealed anew under another key.
@Suite struct KeyRotationTests {
    /// An organization with a provider's key and a line with secrets of two kinds and a copy of what it sent.
    private struct Tenant {
        let organization = OrganizationID(UUID())
        let line = ChannelID(UUID())
        let names: [String]

        init(secrets: Int) { names = (0..<secrets).map { "name \($0)" } }

        func settle(in database: TestDatabase, box: SecretBox) async throws {
            let keys = LineKeys(readingOf: line, in: organization, box: box)
            let held = HeldLine(channel: line, organization: organization, worker: UUID(), fence: 0)
            let copy = SentCopy(
                messageID: "3EB0", chat: "1@lid", type: "text", mediaType: nil, edit: nil, hidesFailure: false,
                pollType: nil, content: secret)
            let credential = try ProviderCredential(
                id: UUID(), scope: .organization(organization), provider: .openai, key: "sk-ours", box: box)
            let sessions = names.map { (LineKey(.session, $0), secret) } + [(LineKey(.credentials), secret)]
            try await database.app.pipeline(
                for: organization,
                [
                    .insert(organization: organization, at: now),
                    .insert(line: line, of: organization, kind: .whatsappWeb, at: now),
                    """
                    insert into whatsapp_lines (channel_id, organization_id, created_at, updated_at)
                    values (\(line), \(organization), \(now), \(now))
                    """,
                ] + Query.save(credential, hint: "", at: now)
                    + (try keys.store(Dictionary(uniqueKeysWithValues: sessions), at: now))
                    + (try keys.keep(copy, for: nil, of: held, at: now)))
        }

        /// How many secrets the box opens, all of which must be the right ones.
        func opened(in database: TestDatabase, by box: SecretBox) async throws -> Int {
            let keys = LineKeys(readingOf: line, in: organization, box: box)
            let answers = try await database.app.pipeline(
                for: organization,
                [
                    keys.load(names.map { LineKey(.session, $0) } + [LineKey(.credentials)]),
                    keys.copy("3EB0", of: line), .credentials(of: organization),
                ])
            let stored = try keys.opened(answers[0])
            #expect(stored.values.allSatisfy { $0 == secret })
            #expect(try answers[1].map { try keys.opened($0).content } == [secret])
            let credential = try ProviderCredential(
                #require(answers[2].first), scope: .organization(organization))
            #expect(try credential.open(with: box) == "sk-ours")
            return stored.count + 2
        }
    }

    private static func rotate(
        _ keys: String, in database: TestDatabase,
        progress: (OrganizationID?, KeyRotation.Outcome) -> Void = { _, _ in }
    ) async throws -> KeyRotation.Outcome {
        let owner = try await Connection.connect(database.ownerURL)
        let outcome = try await KeyRotation(app: database.app, owner: owner, box: try SecretBox(keys: keys))
            .run(at: now, progress: progress)
        await owner.close()
        return outcome
    }

    private static func savePlatformKey(in database: TestDatabase, box: SecretBox) async throws {
        let key = try ProviderCredential(id: UUID(), scope: .platform, provider: .openai, key: "sk-platform", box: box)
        try await database.owner.transaction { connection in
            try await connection.script("set local role parley_owner; set local search_path = parley")
            for statement in Query.save(key, hint: "", at: now) { try await connection.query(statement) }
        }
    }

    @Test func theOldKeyOpensNothingAfterwardsAndTheNewOneEverything() async throws {
        try await TestDatabase.with { database in
            // More than one page, and one page to the row.
            let tenants = [Tenant(secrets: 450), Tenant(secrets: 200), Tenant(secrets: 0)]
            let box = try SecretBox(keys: old)
            for tenant in tenants { try await tenant.settle(in: database, box: box) }
            try await Self.savePlatformKey(in: database, box: box)

            var told: [OrganizationID?: Int] = [:]
            let outcome = try await Self.rotate("\(new),\(old)", in: database) { told[$0] = $1.renewed }
            #expect(outcome == KeyRotation.Outcome(renewed: 453 + 203 + 3 + 1))
            #expect(
                told == [
                    nil: 1, tenants[0].organization: 453, tenants[1].organization: 203, tenants[2].organization: 3,
                ])

            let only = try SecretBox(keys: new)
            for (tenant, count) in zip(tenants, [453, 203, 3]) {
                let opened = try await tenant.opened(in: database, by: only)
                #expect(opened == count)
            }
            let rows = try await database.app.pipeline(for: tenants[0].organization, [.platformCredentials])
            #expect(try ProviderCredential(#require(rows[0].first), scope: .platform).open(with: only) == "sk-platform")
            let again = try await Self.rotate("\(new),\(old)", in: database)
            #expect(again == KeyRotation.Outcome())
        }
    }

    @Test func whatNoListedKeyOpensIsCountedAndLeft() async throws {
        try await TestDatabase.with { database in
            let tenant = Tenant(secrets: 210)
            try await tenant.settle(in: database, box: try SecretBox(keys: old))
            let blind = try await Self.rotate(new, in: database)
            #expect(blind == KeyRotation.Outcome(renewed: 0, unreadable: 213))
            let opened = try await tenant.opened(in: database, by: try SecretBox(keys: old))
            #expect(opened == 213)
        }
    }

    @Test func itGoesOnWhereItWasStopped() async throws {
        try await TestDatabase.with { database in
            let tenant = Tenant(secrets: 300)
            try await tenant.settle(in: database, box: try SecretBox(keys: old))
            let both = try SecretBox(keys: "\(new),\(old)")
            // As if a former run had been killed after some of them.
            let keys = LineKeys(readingOf: tenant.line, in: tenant.organization, box: both)
            let done = tenant.names.prefix(120).map { (LineKey(.session, $0), secret) }
            try await database.app.pipeline(
                for: tenant.organization, try keys.store(Dictionary(uniqueKeysWithValues: done), at: now))
            let outcome = try await Self.rotate("\(new),\(old)", in: database)
            #expect(outcome == KeyRotation.Outcome(renewed: 303 - 120))
            let opened = try await tenant.opened(in: database, by: try SecretBox(keys: new))
            #expect(opened == 303)
        }
    }
}
