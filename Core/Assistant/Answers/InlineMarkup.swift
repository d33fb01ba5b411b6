/// A paragraph with its Markdown turned into a messenger's. Takes time in proportion to it.
struct InlineMarkup {
    let characters: [Character]
    /// Characters that stay as they are: code, links, words of the sources.
    private(set) var isExact: [Bool]
    /// What is shown in a character's place; `nil`: itself.
    private var shown: [String?]

    static func shown(_ text: String, keeping sources: SourceStrings) -> String {
        guard text.contains(where: { SourceStrings.isMarkup($0) || "‹›＃".contains($0) }) else { return text }
        var markup = InlineMarkup(text)
        markup.keepCode()
        markup.keepWords(sources)
        markup.showLinks()
        markup.showEmphasis()
        return markup.result
    }

    private init(_ text: String) {
        characters = Array(text)
        isExact = Array(repeating: false, count: characters.count)
        shown = Array(repeating: nil, count: characters.count)
    }

    private var result: String {
        var text = ""
        for (character, replacement) in zip(characters, shown) {
            if let replacement { text += replacement } else { text.append(character) }
        }
        return text
    }

    private mutating func keep(_ range: Range<Int>) {
        for index in range { isExact[index] = true }
    }

    private mutating func show(_ text: String, at range: Range<Int>) {
        for index in range { shown[index] = index == range.lowerBound ? text : "" }
    }

    private mutating func keepWords(_ sources: SourceStrings) {
        for word in WordRanges(characters) {
            let text = String(characters[word])
            if let original = sources.original(of: text) {
                show(original, at: word)
                keep(word)
            } else if let exact = ExactWord.range(in: characters, word, sources) {
                keep(exact)
            }
        }
    }

    /// CommonMark 6.1: a run of backticks up to the next one of the same length.
    private mutating func keepCode() {
        let runs = DelimiterRuns.of("`", in: characters, except: isExact)
        var next: [Int: [Int]] = [:]
        for index in runs.indices.reversed() { next[runs[index].count, default: []].append(index) }
        var index = 0
        while index < runs.count {
            let length = runs[index].count
            while let last = next[length]?.last, last <= index { next[length]?.removeLast() }
            guard let end = next[length]?.last else {
                index += 1
                continue
            }
            keep(runs[index].lowerBound..<runs[end].upperBound)
            index = end + 1
        }
    }

    private mutating func showLinks() {
        for link in LinkMarkup.all(in: characters, except: isExact) {
            keep(link.target)
            for (text, range) in link.changes {
                show(text, at: range)
                keep(range)
            }
        }
    }

    private mutating func showEmphasis() {
        for (text, range) in Emphasis.changes(in: characters, except: isExact) { show(text, at: range) }
    }
}

/// The runs of characters between white space, in order.
struct WordRanges: Sequence, IteratorProtocol {
    private let characters: [Character]
    private var index = 0

    init(_ characters: [Character]) { self.characters = characters }

    mutating func next() -> Range<Int>? {
        while index < characters.count, characters[index].isWhitespace { index += 1 }
        let start = index
        while index < characters.count, !characters[index].isWhitespace { index += 1 }
        return start < index ? start..<index : nil
    }
}

/// The runs of one sign, in order.
enum DelimiterRuns {
    static func of(_ sign: Character, in characters: [Character], except isExact: [Bool]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var index = 0
        while index < characters.count {
            let start = index
            while index < characters.count, characters[index] == sign, !isExact[index] { index += 1 }
            if start < index { runs.append(start..<index) } else { index += 1 }
        }
        return runs
    }
}
