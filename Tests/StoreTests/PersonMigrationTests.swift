import Domain
import FoundationEssentials
import Postgres
import Support
import Testing

@testable import Store

/// Databases from before hold one person twice. The change makes them one, keeps what was said, and forgets no STOP.
@Suite struct PersonMigrationTests {
    private static let organization = "10000000-0000-7000-8000-000000000001"
    private static let channel = "20000000-0000-7000-8000-000000000001"

    @Test func contactsOfOnePersonAreMergedAndEverythingElseStays() async throws {
        try await withDatabaseFromBefore { connection, migrate in
            // In order of age. The last one knows the first two by number and hidden id.
            try await Self.add(
                connection,
                [
                    ("+525512345678", "whatsapp_twilio", "whatsapp:+525512345678", "null"),
                    ("Ana", "whatsapp_twilio", "whatsapp:+5215512345678", "'2026-01-02'"),
                    ("", "whatsapp_web", "5215512345678@s.whatsapp.net", "null"),
                    ("Ben", "whatsapp_twilio", "whatsapp:+551187654321", "null"),
                    ("Ben", "whatsapp_twilio", "+5511987654321", "null"),
                    ("Cid", "whatsapp_twilio", "whatsapp:+551132654321", "null"),
                    ("Dee", "whatsapp_twilio", "whatsapp:+5491123456789", "null"),
                    ("Dee", "whatsapp_twilio", "whatsapp:+541123456789", "'2026-01-03'"),
                    ("Eve", "whatsapp_twilio", "whatsapp:US.abc", "null"),
                    ("Fay", "whatsapp_web", "77001@lid", "null"),
                ])
            try await migrate()
            let rows = try await connection.query(
                """
                select name || ' ' || (opted_out_at is not null) || ' ' || (select count(*) from parley.conversations t
                    where t.contact_id = c.id) as text from parley.contacts c order by created_at
                """)
            #expect(
                try rows.map { try $0["text"] } == [
                    "+525512345678 true 3", "Ben false 2", "Cid false 1", "Dee true 2", "Eve false 1", "Fay false 1",
                ])
            let numbers = try await connection.query("select number from parley.contact_numbers order by 1")
            #expect(
                try numbers.map { try $0["number"] } == [
                    "+525512345678", "+541123456789", "+551132654321", "+5511987654321",
                ])
        }
    }

    /// The change has the rule in SQL, once; Domain has it for ever after.
    @Test func theChangeSpellsNumbersAsTheDomainDoes() async throws {
        let addresses = [
            "whatsapp:+5215512345678", "+525512345678", "521551234567@c.us", "whatsapp:+551187654321",
            "whatsapp:+551152654321",
            "whatsapp:+552087654321", "+5511987654321", "whatsapp:+5491123456789", "whatsapp:+541123456789",
            "+14155550100",
            "4915123456789@s.whatsapp.net", "whatsapp:US.abc", "1@lid", "72000", "+0123456789",
        ]
        try await withDatabaseFromBefore { connection, migrate in
            for (index, address) in addresses.enumerated() {
                try await Self.add(connection, [("\(index)", "kind \(index)", address, "null")])
            }
            try await migrate()
            let rows = try await connection.query("select number from parley.contact_numbers")
            let expected = Set(addresses.compactMap { PersonNumber(address: $0)?.e164 })
            #expect(Set(try rows.map { row throws -> String in try row["number"] }) == expected)
        }
    }

    @Test func numbersAreTheirBusinesssBySMSToo() async throws {
        try await withDatabaseFromBefore { connection, migrate in
            try await migrate()
            let rows = try await connection.query(
                "select address from parley.channel_addresses where address <> '' order by 1")
            #expect(try rows.map { try $0["address"] } == ["+14155238886", "whatsapp:+14155238886"])
        }
    }

    /// Who knows whom only through others is the same person, and many people are not looked at again for each of them.
    @Test(.timeLimit(.minutes(2))) func manyPeopleAreMergedInTheTimeOfOne() async throws {
        try await withDatabaseFromBefore { connection, migrate in
            // Three thousand people twice, and one who has changed the number forty times.
            try await connection.script(
                """
                create temporary table known as
                select md5(n || ' ' || m)::uuid as id, n, 'whatsapp:+52' || case m when 1 then '1' else '' end || 5512300000 + n as address
                from generate_series(1, 3000) n, generate_series(1, 2) m
                union all
                select md5('chain ' || n)::uuid, n, 'whatsapp:+52' || case m when 1 then '1' else '' end || 5512400000 + n + m
                from generate_series(1, 40) n, generate_series(1, 2) m;
                insert into parley.contacts (id, organization_id, created_at, updated_at)
                select distinct id, '\(Self.organization)'::uuid, timestamptz '2026-01-01' + n * interval '1 hour', now() from known;
                insert into parley.contact_addresses (organization_id, kind, address, contact_id, created_at)
                select '\(Self.organization)', 'whatsapp_twilio', address, id, now() from known;
                """)
            let began = ContinuousClock.now
            try await migrate()
            #expect(.now - began < .seconds(15))
            let rows = try await connection.query("select count(*) as count from parley.contacts")
            #expect(try rows[0]["count"] == 3_001)
        }
    }

    private typealias Row = (name: String, kind: String, address: String, optedOut: String)

    private static func add(_ connection: Connection, _ people: [Row]) async throws {
        let known = try await connection.query("select count(*) as count from parley.contacts").first?["count"] ?? 0
        for (offset, person) in people.enumerated() {
            let id = "3\(String(repeating: "0", count: 7))-0000-7000-8000-0000000000\(10 + known + offset)"
            try await connection.script(
                """
                insert into parley.contacts (id, organization_id, name, opted_out_at, created_at, updated_at)
                values ('\(id)', '\(organization)', '\(person.name)', \(person.optedOut),
                    timestamptz '2026-01-01' + interval '1 hour' * \(known + offset), now());
                insert into parley.contact_addresses (organization_id, kind, address, contact_id, created_at)
                values ('\(organization)', '\(person.kind)', '\(person.address)', '\(id)', now());
                insert into parley.conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                    last_message_at, created_at)
                values ('\(id)', '\(organization)', '\(channel)', '\(id)', '\(person.address)', 'l', now(), now());
                """)
        }
    }

    /// The tables as they were before the dated changes, with one business and its number.
    private func withDatabaseFromBefore(
        _ body: (Connection, () async throws -> Void) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let folder = "\(FileManager.default.temporaryDirectory.path)/before-\(database.name)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let whole = ProjectRoot.path + "/Core/Store/Migrations"
            try FileManager.default.copyItem(atPath: whole, toPath: folder)
            try FileManager.default.removeItem(atPath: folder + "/Changes")
            for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/Functions")
            where file != "partitions.sql" {
                try FileManager.default.removeItem(atPath: "\(folder)/Functions/\(file)")
            }
            try await TestDatabase.administer(database.ownerURL) { connection in
                try await connection.script(
                    "drop schema parley cascade; drop table public.parley_migrations")
                _ = try await Migrator(connection: connection, directory: folder).run(dividesRoles: false)
                try await connection.script(
                    """
                    insert into parley.organizations (id, name, created_at, updated_at)
                    values ('\(Self.organization)', 'Bakery', now(), now());
                    insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
                    values ('\(Self.channel)', '\(Self.organization)', 'whatsapp_twilio', 'whatsapp:+14155238886', 'Shop', now(), now());
                    insert into parley.channel_addresses (kind, address, organization_id, channel_id)
                    values ('whatsapp_twilio', 'whatsapp:+14155238886', '\(Self.organization)', '\(Self.channel)');
                    """)
                try await body(connection) {
                    _ = try await Migrator(connection: connection, directory: whole).run(dividesRoles: false)
                }
            }
        }
    }
}
