import Domain
import Foundation
import Postgres
import Store
import Support
import Testing

/// `parley keys rotate` as an operator calls it.
@Suite struct RotateKeysTests {
    private static let old = "a:" + Data(repeating: 1, count: 32).base64EncodedString()
    private static let new = "b:" + Data(repeating: 2, count: 32).base64EncodedString()

    private static func rotate(_ keys: String?, _ database: TestDatabase) async throws -> (
        status: Int32, output: String
    ) {
        let data = FileManager.default.temporaryDirectory.path + "/rotate-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: data) }
        var environment = ProcessInfo.processInfo.environment
        environment["PARLEY_SECRET_KEYS"] = keys
        environment["DATABASE_URL"] = database.appURL
        environment["MIGRATION_DATABASE_URL"] = database.ownerURL
        return try await Program.run(
            Executables.path("parley"), ["keys", "rotate", "--data", data], environment: environment)
    }

    @Test func anOperatorTakesAnOldKeyAway() async throws {
        try await TestDatabase.with { database in
            let (organization, now) = (OrganizationID(UUID()), Date())
            let key = try ProviderCredential(
                id: UUID(), scope: .organization(organization), provider: .openai, key: "sk-secret",
                box: try SecretBox(keys: Self.old))
            try await database.app.pipeline(
                for: organization,
                [.insert(organization: organization, at: now)] + Query.save(key, hint: "", at: now))

            let unnamed = try await Self.rotate(nil, database)
            #expect(unnamed.status != 0 && unnamed.output.contains("PARLEY_SECRET_KEYS is not set"))
            let early = try await Self.rotate(Self.new, database)
            #expect(early.status == 1, "the old key must not be taken away yet")
            #expect(early.output.contains("1 that no listed key opens"))
            let done = try await Self.rotate("\(Self.new),\(Self.old)", database)
            #expect(done.status == 0, "\(done.output)")
            #expect(done.output.contains("organization \(organization.text): 1 sealed anew"))
            #expect(done.output.contains("Under the key b now: 1 sealed anew."))
            #expect(!done.output.contains("sk-secret") && !done.output.contains(Self.new.dropFirst(2)))

            let row = try #require(
                try await database.app.pipeline(for: organization, [.credentials(of: organization)])[0].first)
            let stored = try ProviderCredential(row, scope: .organization(organization))
            #expect(try stored.open(with: try SecretBox(keys: Self.new)) == "sk-secret")
        }
    }
}
