/// What the tokens of a text mean: each looked up once, with the words behind it where a phrase is meant.
struct ClaimEntries: Sendable {
    struct Entry: Sendable {
        var meanings: [Meaning] = []
        /// The token behind the phrase.
        var next: Int
    }

    /// Of the tokens that begin a known word or phrase.
    private(set) var entries: [Entry]
    /// Known words inside a run of a borderless script, each with the scalar where it begins in the run.
    private(set) var hits: [Int: [(offset: Int, length: Int, meanings: [Meaning])]] = [:]

    private static let longestPhrase = 5
    private static let longestHit = 10

    init(_ tokens: [ClaimToken], _ scalars: [Unicode.Scalar]) {
        entries = tokens.indices.map { Entry(next: $0 + 1) }
        for index in tokens.indices {
            switch tokens[index].kind {
            case .word, .symbol: entries[index] = Self.phrase(at: index, tokens, scalars)
            case .run:
                let hits = Self.hits(in: scalars[tokens[index].range])
                self.hits[index] = hits
                if let first = hits.first, first.offset == 0 { entries[index].meanings = first.meanings }
            case .figure, .found, .line: break
            }
        }
    }

    subscript(_ index: Int) -> Entry {
        entries.indices.contains(index) ? entries[index] : Entry(next: index + 1)
    }

    private static func phrase(at index: Int, _ tokens: [ClaimToken], _ scalars: [Unicode.Scalar]) -> Entry {
        var key = tokens[index].key
        var found = ClaimLexicon.find(key)
        var best = Entry(meanings: found.meanings, next: index + 1)
        var next = index + 1
        var words = 1
        while found.begins, words < longestPhrase, let word = following(next, tokens) {
            let isSign = tokens[word].isSymbol("$") || key.last == UInt8(ascii: "$") && !tokens[word].spaceBefore
            key += (isSign ? [] : [UInt8(ascii: " ")]) + tokens[word].key
            found = ClaimLexicon.find(key)
            next = word + 1
            words += 1
            if !found.meanings.isEmpty { best = Entry(meanings: found.meanings, next: next) }
        }
        if best.meanings.isEmpty, tokens[index].isWord { best.meanings = likely(scalars[tokens[index].range]) }
        return best
    }

    /// The next word of a phrase: behind a space, a hyphen, an apostrophe or the dot of an abbreviation.
    private static func following(_ index: Int, _ tokens: [ClaimToken]) -> Int? {
        guard index < tokens.count else { return nil }
        // `c $ 16`, but `a $ 4 fee`.
        if tokens[index].isSymbol("$") {
            return tokens[index].spaceBefore && tokens[index - 1].key.count == 1
                && tokens[index - 1].key != Array("c".utf8) ? nil : index
        }
        if tokens[index].isWord { return index }
        guard index + 1 < tokens.count, tokens[index + 1].isWord, !tokens[index + 1].spaceBefore else { return nil }
        let joins = ["-", "'", ".", "\""].contains { tokens[index].isSymbol($0) }
        return joins && !tokens[index].spaceBefore ? index + 1 : nil
    }

    /// What a word looks like, or is without what Arabic writes in front of it.
    private static func likely(_ word: ArraySlice<Unicode.Scalar>) -> [Meaning] {
        if let first = word.first, (0x620...0x6FF).contains(first.value) {
            for prefix in ["وال", "بال", "لل", "ال", "و", "ب", "ل"] where word.starts(with: prefix.unicodeScalars) {
                let meanings = ClaimLexicon.find(Array(String(word.dropFirst(prefix.unicodeScalars.count)).utf8))
                    .meanings
                if !meanings.isEmpty { return meanings }
            }
        }
        let isOdd = word.contains { !$0.isASCIILetter } || zip(word, word.dropFirst()).contains { $0 == ("r", "n") }
        guard word.count > 2, isOdd else { return [] }
        let skeleton = Array(String(seen: word).utf8)
        return ClaimLexicon.find(skeleton).meanings.filter { meaning in
            switch meaning {
            case .currency, .cent, .percent, .promise, .price: true
            default: false
            }
        }
    }

    private static func hits(
        in run: ArraySlice<Unicode.Scalar>
    ) -> [(offset: Int, length: Int, meanings: [Meaning])] {
        var hits: [(offset: Int, length: Int, meanings: [Meaning])] = []
        var index = run.startIndex
        while index < run.endIndex {
            var (length, meanings) = (1, [Meaning]())
            var key: [UInt8] = []
            for (count, scalar) in run[index...].prefix(longestHit).enumerated() {
                key += [UInt8](utf8Of: CollectionOfOne(scalar))
                let found = ClaimLexicon.find(key)
                if !found.meanings.isEmpty { (length, meanings) = (count + 1, found.meanings) }
                if !found.begins { break }
            }
            if !meanings.isEmpty { hits.append((index - run.startIndex, length, meanings)) }
            index += length
        }
        return hits
    }
}

extension [Meaning] {
    var scale: Int? {
        for case .scale(let power) in self { return power }
        return nil
    }
    var number: Int? {
        for case .number(let value) in self { return value }
        return nil
    }
    var month: String? {
        for case .month(let month) in self { return month }
        return nil
    }
    var unit: String? {
        for case .unit(let unit) in self { return unit }
        return nil
    }
    var period: String? {
        for case .period(let period) in self { return period }
        return nil
    }
    /// - Parameter isCapital: as it stands in the text.
    func currencies(isCapital: Bool) -> [String]? {
        for case .currency(let codes) in self { return codes }
        if isCapital { for case .code(let codes) in self { return codes } }
        return nil
    }
}
