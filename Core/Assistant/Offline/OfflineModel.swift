package import Domain
import Glibc

/// The built-in model: answers from the organization's own knowledge by quoting it, and says so when it holds no answer.
/// Pure and deterministic: the same question and knowledge give the same answer.
package enum OfflineModel {
    package struct Answer: Sendable, Equatable {
        package var text: String
        package var wantsPerson: Bool
        /// What it was answered from; empty for greetings and the like.
        package var sources: [KnowledgeItemID]
        /// For the decision trail.
        package var reason: String
        /// A quote, or hours: not a greeting and not "I don't know".
        package var isFromKnowledge: Bool
    }

    /// The share of a question's weight that an item must hold to be its answer.
    private static let enough = 0.55
    /// ... when the question names the item's whole title.
    private static let enoughForTopic = 0.38
    /// A second item is added when it holds at least this share that the first one lacks.
    private static let worthAdding = 0.3
    /// Characters of one quote.
    private static let longestQuote = 600

    package static func answer(
        _ text: String, question: Question, matches: KnowledgeMatches, business: String, hours: BusinessHours
    ) -> Answer {
        let intent = Intent(text)
        let phrases = Phrases.matching(text)
        if intent.wantsPerson {
            return Answer(phrases.handover, wantsPerson: true, reason: "The customer asked for a person.")
        }
        if intent.asksWhetherMachine {
            return Answer(phrases.machine(business), reason: "The customer asked who answers.")
        }
        let ranked = rank(question, matches)
        if let best = ranked.first, best.isAnswer { return quote(ranked, question: question) }
        if asksForHours(question), hours.isEnabled {
            return Answer(
                "\(phrases.hours)\n\(HoursText.week(hours))", reason: "Answered from the business hours.",
                isFromKnowledge: true)
        }
        if intent.thanks && question.terms.count <= 2 {
            return Answer(phrases.thanks, reason: "The customer said thanks.")
        }
        if question.terms.isEmpty && (intent.greets || text.isEmpty) {
            return Answer(phrases.greeting(business), reason: "The customer greeted.")
        }
        // A person is offered, not called: the next question may well have an answer.
        return Answer(
            phrases.unknown, reason: "The knowledge holds no answer (missing_knowledge); a person was offered.")
    }

    private static func asksForHours(_ question: Question) -> Bool {
        question.terms.contains { $0.word == "open" || $0.alternatives.contains("opening") }
    }

    // MARK: Ranking

    private struct Ranked {
        let match: KnowledgeMatches.Match
        /// 0...1: the weight of the question's terms it holds.
        let coverage: Double
        let isAnswer: Bool
        let score: Double
    }

    private static func rank(_ question: Question, _ matches: KnowledgeMatches) -> [Ranked] {
        let weights = question.terms.indices.map { weight(matches.count(of: $0), of: matches.total) }
        let whole = weights.reduce(0, +)
        guard whole > 0 else { return [] }
        return matches.items.map { match in
            func share(_ terms: Set<Int>) -> Double {
                terms.reduce(0) { $0 + (weights.indices.contains($1) ? weights[$1] : 0) } / whole
            }
            let coverage = share(match.terms)
            let isTopic = namesTitle(match.item.title, question)
            return Ranked(
                match: match, coverage: coverage, isAnswer: coverage >= (isTopic ? enoughForTopic : enough),
                score: coverage + 0.3 * share(match.titleTerms) + (isTopic ? 0.1 : 0))
        }.sorted { ($0.score, $0.match.rank) > ($1.score, $1.match.rank) }
    }

    /// Rare words tell more than words every item holds; a word no item holds weighs most, against answering.
    private static func weight(_ frequency: Int, of total: Int) -> Double {
        let items = Double(max(total, 8))
        return log(1 + items / max(Double(frequency), 0.7))
    }

    /// Every word of the title is meant by the question.
    private static func namesTitle(_ title: String, _ question: Question) -> Bool {
        let words = Words.split(title).filter { !Lexicon.fillers.contains($0) }
        return !words.isEmpty
            && words.allSatisfy { word in
                question.terms.contains { term in
                    ([term.word] + term.alternatives).contains { isSameStem($0, word) }
                }
            }
    }

    private static func isSameStem(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        let shorter = min(left.count, right.count)
        return shorter >= 4 && zip(left, right).prefix { $0 == $1 }.count >= max(4, shorter - 1)
    }

    // MARK: Quoting

    private static func quote(_ ranked: [Ranked], question: Question) -> Answer {
        let best = ranked[0]
        var quoted = [best.match]
        if let second = ranked.dropFirst().first(where: { $0.coverage >= worthAdding && adds($0.match, to: best.match) }
        ),
            best.coverage < 0.99
        {
            quoted.append(second.match)
        }
        let text = quoted.map { passage($0.item, question: question) }.joined(separator: "\n\n")
        let titles = quoted.map { "\"\($0.item.title)\"" }.joined(separator: " and ")
        return Answer(
            text, sources: quoted.map(\.item.id), reason: "Answered from \(titles).", isFromKnowledge: true)
    }

    private static func adds(_ match: KnowledgeMatches.Match, to best: KnowledgeMatches.Match) -> Bool {
        !match.terms.subtracting(best.terms).isEmpty && !match.titleTerms.isEmpty
    }

    /// The whole body when it is short; else the sentences that speak of the question, with what follows them.
    private static func passage(_ item: KnowledgeItem, question: Question) -> String {
        let body = item.body.trimmed
        guard body.count > longestQuote else { return body }
        let sentences = Sentences.split(body)
        let words = question.terms.flatMap { [$0.word] + $0.alternatives }
        let hits = sentences.map { sentence in
            Words.split(sentence).count { word in words.contains { isSameStem($0, word) } }
        }
        guard let best = hits.indices.max(by: { (hits[$0], -$0) < (hits[$1], -$1) }) else {
            return body.beginning(upTo: longestQuote)
        }
        var quote = ""
        for sentence in sentences[best...] where quote.count + sentence.count <= longestQuote { quote += sentence }
        return quote.isEmpty ? sentences[best].beginning(upTo: longestQuote).trimmed : quote.trimmed
    }
}

extension OfflineModel.Answer {
    fileprivate init(
        _ text: String, wantsPerson: Bool = false, sources: [KnowledgeItemID] = [], reason: String,
        isFromKnowledge: Bool = false
    ) {
        self.text = text
        self.wantsPerson = wantsPerson
        self.sources = sources
        self.reason = reason
        self.isFromKnowledge = isFromKnowledge
    }
}
