import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct SecretBoxTests {
    static let first = "a:" + Data(repeating: 1, count: 32).base64EncodedString()
    static let second = "b:" + Data(repeating: 2, count: 32).base64EncodedString()
    private let place = SecretBox.Place(table: "t", row: "1", organization: "o")

    @Test func aSecretOpensOnlyWhereItBelongs() throws {
        let box = try SecretBox(keys: Self.first)
        let sealed = try box.seal("sk-é", at: place)
        #expect(try box.open(sealed, at: place) == "sk-é")
        #expect(!String(decoding: sealed.bytes, as: UTF8.self).contains("sk-"))
        for other in [
            SecretBox.Place(table: "u", row: "1", organization: "o"), .init(table: "t", row: "2", organization: "o"),
            .init(table: "t", row: "1", organization: "p"), .init(table: "t", row: "1", organization: nil),
        ] {
            #expect(throws: SecretBoxError.damaged) { try box.open(sealed, at: other) }
        }
    }

    @Test func everyChangedByteIsNoticed() throws {
        let box = try SecretBox(keys: Self.first)
        let sealed = try box.seal("secret", at: place)
        for index in sealed.bytes.indices {
            var bent = sealed
            bent.bytes[index] ^= 1
            #expect(throws: SecretBoxError.damaged) { try box.open(bent, at: place) }
        }
        for length in 0..<sealed.bytes.count {
            let cut = SealedSecret(keyID: sealed.keyID, bytes: sealed.bytes.prefix(length))
            #expect(throws: SecretBoxError.damaged) { try box.open(cut, at: place) }
        }
    }

    @Test func keysRotate() throws {
        let old = try SecretBox(keys: Self.first)
        let both = try SecretBox(keys: "\(Self.second), \(Self.first)")
        let new = try SecretBox(keys: Self.second)
        let sealed = try old.seal("secret", at: place)
        #expect(try both.open(sealed, at: place) == "secret")
        #expect(throws: SecretBoxError.unknownKey("a")) { try new.open(sealed, at: place) }
        let renewed = try #require(try both.renew(sealed, at: place))
        #expect(try new.open(renewed, at: place) == "secret" && renewed.keyID == "b")
        #expect(try both.renew(renewed, at: place) == nil)
        // The right name over the wrong key.
        let impostor = try SecretBox(keys: "a:" + Data(repeating: 9, count: 32).base64EncodedString())
        #expect(throws: SecretBoxError.damaged) { try impostor.open(sealed, at: place) }
    }

    @Test func theSameSecretIsNeverSealedAlike() throws {
        let box = try SecretBox(keys: Self.first)
        let seals = [try box.seal("x", at: place), try box.seal("x", at: place)]
        #expect(seals[0].bytes != seals[1].bytes)
    }

    @Test(arguments: [
        ("", SecretBoxError.malformedKey(position: 1)), ("a", .malformedKey(position: 1)),
        ("a:AAAA", .malformedKey(position: 1)),
        (":\(Data(repeating: 1, count: 32).base64EncodedString())", .malformedKey(position: 1)),
        ("\(SecretBoxTests.first),", .malformedKey(position: 2)),
        ("\(SecretBoxTests.first),\(SecretBoxTests.first)", .repeatedKey("a")),
    ])
    func malformedKeysAreNamedAndNotQuoted(_ keys: String, _ error: SecretBoxError) {
        #expect(throws: error) { try SecretBox(keys: keys) }
        #expect(!error.description.contains("AAAA"))
    }
}

@Suite struct CredentialTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)

    private func organization(_ name: String, in database: TestDatabase) async throws -> OrganizationID {
        let id = OrganizationID(UUID())
        try await database.app.pipeline(for: id, [.insert(organization: id, named: name, at: now)])
        return id
    }

    private func save(
        _ key: String, scope: ProviderCredential.Scope, box: SecretBox
    ) throws -> (ProviderCredential, [Query]) {
        let credential = try ProviderCredential(id: UUID(), scope: scope, provider: .openai, key: key, box: box)
        return (credential, Query.save(credential, hint: ProviderCredential.hint(key), at: now))
    }

    @Test func aKeyIsStoredSealedReplacedAndSeenByItsOrganizationOnly() async throws {
        try await TestDatabase.with { database in
            let box = try SecretBox(keys: SecretBoxTests.first)
            let ours = try await organization("Ours", in: database)
            let theirs = try await organization("Theirs", in: database)
            for key in ["sk-first-key-of-this-test", "sk-second-key-of-this-test-WXYZ"] {
                try await database.app.pipeline(for: ours, try save(key, scope: .organization(ours), box: box).1)
            }
            let rows = try await database.app.pipeline(
                for: ours, [.credentials(of: ours), .credentialListing(of: ours)])
            try #require(rows[0].count == 1)
            let stored = try ProviderCredential(rows[0][0], scope: .organization(ours))
            #expect(try stored.open(with: box) == "sk-second-key-of-this-test-WXYZ")
            #expect(try rows[1].map { row in try CredentialListing(row).hint } == ["WXYZ"])
            #expect(try await database.app.pipeline(for: theirs, [.credentials(of: ours)])[0].isEmpty)
            #expect(try await database.app.query(.credentials(of: ours)).isEmpty)
            // A sealed value copied to another organization does not open there.
            #expect(throws: SecretBoxError.damaged) {
                try ProviderCredential(rows[0][0], scope: .organization(theirs)).open(with: box)
            }
            await #expect(throws: PostgresError.self) {
                try await database.app.pipeline(for: theirs, try save("sk-x", scope: .organization(ours), box: box).1)
            }
        }
    }

    @Test func platformKeysAreWrittenByTheOperatorAndReadByFunctions() async throws {
        try await TestDatabase.with { database in
            let box = try SecretBox(keys: SecretBoxTests.first)
            let ours = try await organization("Ours", in: database)
            let (_, statements) = try save("sk-platform", scope: .platform, box: box)
            await #expect(throws: PostgresError.self) { try await database.app.pipeline(for: ours, statements) }
            try await database.owner.transaction { connection in
                try await connection.script("set local role parley_owner; set local search_path = parley")
                for statement in statements { try await connection.query(statement) }
            }
            let rows = try await database.app.pipeline(
                for: ours, [.platformCredentials, "select id from provider_credentials"])
            #expect(rows[1].isEmpty, "the table itself shows no platform key")
            try #require(rows[0].count == 1)
            #expect(try ProviderCredential(rows[0][0], scope: .platform).open(with: box) == "sk-platform")
        }
    }
}
