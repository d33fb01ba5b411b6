import Assistant
import Domain
import FoundationEssentials
import Postgres
import Store

/// Everything from the database that one reply is written from.
struct LoadedFacts: Sendable {
    var prompt: PromptFacts
    /// With corrections of misspelt words.
    var question: Question
    var matches: KnowledgeMatches
    var keys: StoredKeys
    var prices: PriceList
}

/// Sealed keys, the organization's own before the platform's.
struct StoredKeys: Sendable {
    var organization: [ProviderCredential] = []
    var platform: [ProviderCredential] = []
}

struct ComposerFacts: Sendable {
    /// Items an online model is given when the search finds few: a small business's whole knowledge.
    private static let overview = 8

    let state: any TurnState

    /// One round trip, and up to two more when words of the question are in no item.
    func load(_ request: ComposeRequest, question text: String) async throws -> LoadedFacts {
        let organization = request.organization
        let question = Question(text)
        let rows = try await state.read(
            "composer", for: organization,
            [
                .persona(answering: request.channel, of: organization), .businessProfile(of: organization),
                Self.place(of: request.channel, organization: organization, at: request.now),
                .searchKnowledge(question.terms.map(\.text), of: organization),
                .knowledgeItems(of: organization, limit: Self.overview), .credentials(of: organization),
                .platformCredentials, .modelPrices,
            ])
        guard let persona = rows[0].first, let profile = rows[1].first, let place = rows[2].first else {
            throw PostgresError(.decoding, detail: "organization \(organization) has no persona")
        }
        let found = try await corrected(question, KnowledgeMatches(rows[3]), of: organization)
        return LoadedFacts(
            prompt: try prompt(
                persona: persona, profile: profile, place: place,
                knowledge: Self.knowledge(found.matches, overview: try rows[4].map { row in try KnowledgeItem(row) })),
            question: found.question, matches: found.matches,
            keys: StoredKeys(
                organization: try rows[5].map { try ProviderCredential($0, scope: .organization(organization)) },
                platform: try rows[6].map { try ProviderCredential($0, scope: .platform) }),
            prices: PriceList(overrides: try rows[7].compactMap { row in try Self.price(row) }))
    }

    /// Looks for what misspelt words may have meant, and searches again with that.
    private func corrected(
        _ question: Question, _ matches: KnowledgeMatches, of organization: OrganizationID
    ) async throws -> (question: Question, matches: KnowledgeMatches) {
        let unknown = question.unknownWords(matches)
        guard !unknown.isEmpty else { return (question, matches) }
        let known = try await state.read(
            "vocabulary", for: organization, [.knowledgeVocabulary(near: unknown, of: organization)])[0]
        let vocabulary = try known.map { row -> String in try row["lexeme"] }
        guard let better = question.corrected(unknown, vocabulary: vocabulary) else { return (question, matches) }
        let again: Query = .searchKnowledge(better.terms.map(\.text), of: organization)
        return (better, try KnowledgeMatches(try await state.read("knowledge", for: organization, [again])[0]))
    }

    private static func knowledge(_ matches: KnowledgeMatches, overview: [KnowledgeItem]) -> [KnowledgeItem] {
        let found = matches.items.map(\.item)
        guard found.count < overview.count else { return found }
        return found
            + overview.filter { item in !found.contains { $0.id == item.id } }.prefix(
                max(0, Self.overview - found.count))
    }

    /// Hours and the wall clock at the business, as Postgres's zone files have it.
    private static func place(of channel: ChannelID, organization: OrganizationID, at now: Date) -> Query {
        """
        select coalesce(channels.business_hours, organizations.business_hours)::text as hours, time_zone,
            to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM-DD HH24:MI') as local_time
        from organizations left join channels on channels.id = \(channel)
        where organizations.id = \(organization)
        """
    }

    private func prompt(persona: Row, profile: Row, place: Row, knowledge: [KnowledgeItem]) throws -> PromptFacts {
        let time: String = try place["local_time"]
        let hours: String = try place["hours"]
        guard let localTime = LocalTime(time) else { throw PostgresError(.decoding, detail: "local_time is \(time)") }
        return PromptFacts(
            persona: try Persona(persona), profile: try BusinessProfile(profile), knowledge: knowledge,
            // Hours that can't be read must not stop a reply: the gate before this one already judged them.
            hours: (try? BusinessHours(json: Array(hours.utf8))) ?? .always, localTime: localTime,
            timeZone: try place["time_zone"])
    }

    private static func price(_ row: Row) throws -> (provider: ModelProviderName, model: String, price: Price)? {
        guard let row = try ModelPriceRow(row) else { return nil }
        return (row.provider, row.model, Price(input: row.input, cachedInput: row.cachedInput, output: row.output))
    }
}
