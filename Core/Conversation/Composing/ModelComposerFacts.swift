import Assistant
import Domain
import Postgres
import Store

/// Everything from the database that one reply is written from.
struct LoadedFacts: Sendable {
    var prompt: PromptFacts
    /// With corrections of misspelt words.
    var question: Question
    var matches: KnowledgeMatches
    var keys: ModelKeys
    var prices: PriceList
}

struct ComposerFacts: Sendable {
    /// Items an online model is given when the search finds few: a small business's whole knowledge.
    private static let overview = 8

    let state: any TurnState
    let catalog: ModelCatalog

    /// One round trip, and up to two more when words of the question are in no item.
    func load(_ request: ComposeRequest, question text: String) async throws -> LoadedFacts {
        let organization = request.organization
        let question = Question(text)
        let reading = ComposerReading(of: request, searching: question.terms.map(\.text), overview: Self.overview)
        var opened: ModelKeys?
        let concealed = try await state.read("composer", for: organization, reading.questions.queries) { rows in
            let answers = Answers(rows)
            let keys = catalog.open(try reading.credentials(answers))
            opened = keys
            return reading.concealing(keys, in: answers)
        }
        let answers = Answers(concealed)
        let keys = try opened ?? ModelKeys(recorded: reading.usableKeys(answers))
        let found = try await corrected(question, try reading.matches(answers), of: organization)
        return LoadedFacts(
            prompt: try reading.prompt(
                answers, knowledge: Self.knowledge(found.matches, overview: try reading.overview(answers))),
            question: found.question, matches: found.matches, keys: keys,
            prices: try reading.prices(answers))
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
}
