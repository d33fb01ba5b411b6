import Postgres
import Support
import Testing

/// Every key of a tenant table begins with its organization: then tables can be divided by time and spread over servers by
/// organization without being written anew.
@Suite struct TenantKeyTests {
    /// Tables that answer "whose is it?" across organizations, and so can't begin with one.
    private static let directories = [
        "channel_addresses": "an address belongs to one organization at a time",
        "number_holders": "a number that one organization holds is not to be had by another",
    ]

    @Test func everyKeyBeginsWithTheOrganization() async throws {
        try await TestDatabase.with { db in
            let breaches = try await Self.breaches(in: db.owner)
            #expect(breaches == [])
        }
    }

    @Test(arguments: [
        "create unique index wrong on parley.contacts (id)",
        "alter table parley.turns add constraint wrong unique (conversation_id, id)",
        "alter table parley.turns add unique (conversation_id, organization_id)",
        """
        create unique index target on parley.channels (id);
        alter table parley.uploads add column channel uuid references parley.channels (id)
        """,
        "create table parley.wrong (id uuid primary key, organization_id uuid not null)",
    ])
    func aKeyThatDoesNotIsNamed(change: String) async throws {
        try await TestDatabase.with { db in
            try await db.owner.withConnection { try await $0.script(change) }
            let breaches = try await Self.breaches(in: db.owner)
            #expect(!breaches.isEmpty)
        }
    }

    /// Keys whose first column is not `organization_id`, of tables that have it: primary and unique ones, and foreign ones
    /// to other such tables.
    private static func breaches(in owner: Database) async throws -> [String] {
        let rows = try await owner.query(
            """
            with tenants as (
                select c.oid, c.relname, a.attnum from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
                where c.relnamespace = 'parley'::regnamespace and c.relkind in ('r', 'p')
                    and c.relname <> all (\(array: Array(directories.keys))::text[])
            )
            select t.relname || '.' || i.indexrelid::regclass as key from tenants t
            join pg_index i on i.indrelid = t.oid and i.indisunique where i.indkey[0] <> t.attnum
            union all
            select t.relname || '.' || f.conname from tenants t
            join pg_constraint f on f.conrelid = t.oid and f.contype = 'f'
            join tenants target on target.oid = f.confrelid
            where f.conkey[1] <> t.attnum or f.confkey[1] <> target.attnum
            order by 1
            """)
        return try rows.map { try $0["key"] }
    }
}
