package import Domain
package import Postgres

extension Query {
    /// Items that match any of the question's terms, those with most of them first: at most twelve.
    ///
    /// Each term is a few words of which any will do (`delivery shipping`), searched as written, as English stems and as
    /// beginnings of words. Bounded: 24 terms, the organization's items (2,000 at most), twelve rows.
    ///
    /// - Returns: rows of the items; each also has `total` and `frequencies`, the number of items per term.
    package static func searchKnowledge(_ terms: [String], of organization: OrganizationID) -> Query {
        """
        with terms as materialized (
            select position, (
                select string_agg('''' || lexeme || '''' || case when length(lexeme) > 3 then ':*' else '' end, ' | ')
                from (
                    select lexeme from unnest(to_tsvector('english', term))
                    union select lexeme from unnest(to_tsvector('simple', term))
                ) words
                where lexeme !~ '[''\\\\]'
            )::tsquery as query
            from unnest(\(array: Array(terms.prefix(24)))::text[]) with ordinality as asked (term, position)
        ), found as materialized (
            select id, words,
                array(select position from terms where words @@ query order by position) as hits,
                array(select position from terms where ts_filter(words, '{a,b}') @@ query order by position) as title_hits
            from knowledge_items
            where organization_id = \(organization)
                and words @@ (select string_agg('(' || query::text || ')', ' | ')::tsquery from terms)
        )
        select items.id, title, body, array_to_string(tags, E'\\x1f') as tags, source, source_name,
            array_to_string(hits, ',') as hits, array_to_string(title_hits, ',') as title_hits,
            ts_rank_cd(found.words, (select string_agg('(' || query::text || ')', ' | ')::tsquery from terms), 1) as rank,
            (select count(*) from knowledge_items where organization_id = \(organization)) as total,
            (select string_agg((select count(*) from found where position = any(hits))::text, ',' order by position)
                from terms) as frequencies
        from found join knowledge_items items using (id)
        order by cardinality(hits) desc, rank desc, items.id
        limit 12
        """
    }

    /// Words of the organization's knowledge that may be what was meant by misspelt ones: of similar length, with the same first
    /// or last letter. The caller measures how far apart they are. At most 3,000.
    package static func knowledgeVocabulary(near words: [String], of organization: OrganizationID) -> Query {
        """
        select distinct lexeme
        from (
            select items.words from knowledge_items items where organization_id = \(organization)
            order by updated_at desc limit 500
        ) items, unnest(items.words) as known (lexeme), unnest(\(array: Array(words.prefix(12)))::text[]) as asked (word)
        where length(lexeme) between length(word) - 2 and length(word) + 2 and lexeme ~ '^[[:alpha:]]+$'
            and (left(lexeme, 1) = left(word, 1) or right(lexeme, 1) = right(word, 1))
        limit 3000
        """
    }
}

extension KnowledgeMatches {
    package init(_ rows: [Row]) throws(PostgresError) {
        self.init()
        for row in rows {
            items.append(
                Match(
                    item: try KnowledgeItem(row), terms: Set(try Self.numbers(row, "hits").map { $0 - 1 }),
                    titleTerms: Set(try Self.numbers(row, "title_hits").map { $0 - 1 }), rank: try row["rank"]))
        }
        guard let row = rows.first else { return }
        total = try row["total"]
        frequencies = try Self.numbers(row, "frequencies")
    }

    private static func numbers(_ row: Row, _ column: String) throws(PostgresError) -> [Int] {
        let text: String = try row[column]
        return text.split(separator: ",").compactMap { Int($0) }
    }
}
