package import Domain

/// A customer's question as the offline model searches for it. Also used to find the knowledge an online model is given.
package struct Question: Sendable, Equatable {
    package struct Term: Sendable, Equatable {
        /// As the customer wrote it.
        package var word: String
        /// Other words of which each will do: synonyms, and what a misspelt word may have meant.
        package var alternatives: [String]

        /// For the search: any of these words.
        package var text: String { ([word] + alternatives).joined(separator: " ") }
    }

    private static let longest = 24
    /// Words of the turn that are looked at; a longer text is no question.
    private static let mostWords = 400

    package var terms: [Term]

    /// Searches for what the whole turn says; of a long one, the first 24 terms.
    package init(_ text: String) {
        let words = Words.split(text, limit: Self.mostWords)
        var terms: [Term] = []
        var known: Set<String> = []
        func add(_ word: String) {
            guard terms.count < Self.longest, !known.contains(word) else { return }
            let term = Term(word: word, alternatives: Lexicon.alternatives(of: word))
            known.formUnion([word] + term.alternatives)
            terms.append(term)
        }
        for (phrase, meaning) in Lexicon.questions
        where words.indices.contains(where: { words[$0...].starts(with: phrase) }) {
            add(meaning)
        }
        for word in words where !Lexicon.fillers.contains(word) && (word.count > 1 || word.first?.isNumber == true) {
            add(word)
        }
        self.terms = terms
    }

    /// Words that no item holds and that are long enough to be misspelt rather than another word.
    package func unknownWords(_ matches: KnowledgeMatches) -> [String] {
        terms.indices.filter { matches.count(of: $0) == 0 }.map { terms[$0].word }
            .filter { Words.tolerance($0) > 0 && $0.allSatisfy(\.isLetter) }
    }

    /// The question with the nearest known words beside its unknown ones; `nil` when none is near.
    package func corrected(_ unknown: [String], vocabulary: [String]) -> Question? {
        var corrected = self
        for index in terms.indices where unknown.contains(terms[index].word) {
            let word = terms[index].word
            let near = vocabulary.compactMap { known -> (word: String, distance: Int)? in
                // Stems are shorter than what they stand for, and short words are near to everything.
                guard known.count > 3, !Lexicon.fillers.contains(known) else { return nil }
                return Words.distance(word, known, limit: Words.tolerance(word)).map { (known, $0) }
            }.sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
            guard let best = near.first else { continue }
            let meant = near.prefix { $0.distance == best.distance }.prefix(3).map(\.word)
            corrected.terms[index].alternatives += meant + meant.flatMap(Lexicon.alternatives)
        }
        // A misspelt word with synonyms of its own ("opning") is found in the lexicon.
        return corrected == self ? nil : corrected
    }
}
