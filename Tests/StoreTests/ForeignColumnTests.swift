import Postgres
import Support
import Testing

/// Which columns a stranger's text reaches is written down, and the database is asked whether that list is whole.
@Suite struct ForeignColumnTests {
    @Test func everyColumnOfTextIsKnownForWhatReachesIt() async throws {
        let known = Set(ForeignColumns.words.keys).union(ForeignColumns.checked.keys).union(ForeignColumns.ours)
        try await TestDatabase.with { database in
            let columns = try await Self.columns(of: database)
            #expect(columns.count > 150)
            for column in columns.subtracting(known).sorted() {
                Issue.record("\(column): say in ForeignColumns whether text of strangers reaches it, and try it")
            }
            for column in known.subtracting(columns).sorted() { Issue.record("\(column) is no column any more") }
        }
        #expect(
            known.count == ForeignColumns.words.count + ForeignColumns.checked.count + ForeignColumns.ours.count,
            "a column stands in two lists")
    }

    @Test func aNewColumnIsNoticed() async throws {
        try await TestDatabase.with { database in
            try await database.owner.query(
                "alter table parley.contacts add column nickname text, add column notes jsonb")
            let columns = try await Self.columns(of: database)
            #expect(columns.isSuperset(of: ["contacts.nickname", "contacts.notes"]))
        }
    }

    /// Words have an end: a limit of the column's, or of the one place that writes it, which is named here.
    @Test func everyColumnOfWordsHasALimit() async throws {
        try await TestDatabase.with { database in
            for column in ForeignColumns.words.keys.sorted() where Self.limitedBefore[column] == nil {
                let parts = column.split(separator: ".").map(String.init)
                let rows = try await database.owner.query(
                    """
                    select from pg_constraint k join pg_class c on c.oid = k.conrelid
                        join pg_attribute a on a.attrelid = c.oid and a.attnum = any(k.conkey)
                    where c.relname = \(parts[0]) and a.attname = \(parts[1]) and k.contype = 'c'
                        and pg_get_constraintdef(k.oid) ~ '(length|array_length|cardinality)\\('
                    """)
                #expect(!rows.isEmpty, "\(column) takes text of any length")
            }
        }
    }

    private static let limitedBefore = [
        "contact_addresses.address": "TwilioInbound.maximumAddress, jids",
        "conversations.local_address": "TwilioInbound.maximumAddress, jids",
        "conversations.remote_address": "TwilioInbound.maximumAddress, jids",
        "knowledge_snapshots.items": "titles of at most so many items", "knowledge_snapshots.profile": "a profile",
        "message_keys.provider_message_id": "keep_message_key: at most 200",
        "messages.body": "TwilioInbound.maximumText, SW/Receiving, forms of the API",
        "messages.content": "forms of the API", "messages.error_reason": "500, 300", "messages.media": "ten files, cut",
    ]

    /// `table.column` of everything that holds text: text, domains over it, lists of it, JSON.
    private static func columns(of database: TestDatabase) async throws -> Set<String> {
        let rows = try await database.owner.query(
            """
            select c.relname || '.' || a.attname as name
            from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype
            where c.relnamespace = 'parley'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
                and (coalesce(b.typcategory, t.typcategory) = 'S' or coalesce(b.typname, t.typname) in ('json', 'jsonb', 'xml')
                    or t.typcategory = 'A' and (select e.typcategory = 'S' or e.typname in ('json', 'jsonb')
                        from pg_type e where e.oid = t.typelem))
            """)
        return Set(try rows.map { row throws -> String in try row["name"] })
    }
}
