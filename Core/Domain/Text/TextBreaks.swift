/// Where a text may be divided, and how well: what every cut of a text that somebody reads goes by.
///
/// A link, a figure (`1 299,00 €`, `+1 555 123-4567`) and a word stay whole where any other place is left. Sentences end by
/// UAX #29, less the full stops of abbreviations, initials and short numbers (`3. Mai`). Takes time in proportion to the text.
package struct TextBreaks: Sendable {
    package enum Strength: UInt8, Sendable, Comparable {
        /// Inside a link.
        case never
        /// Inside a word.
        case cluster
        /// Between the parts of a figure, or at a space that asks not to be broken at.
        case glue
        case word, sentence, line, paragraph

        package static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
    }

    /// The text as its readers count it. A cluster longer than `longest` stands here as its scalars.
    package let characters: [Character]
    /// The place before each character, and the one behind the last. All places of one run of white space are alike.
    package private(set) var strengths: [Strength]

    /// - Parameter longest: UTF-16 code units of what must stay whole; a link beyond it is a text like any other.
    package init(_ text: String, longest: Int) {
        characters = text.flatMap { $0.utf16.count > longest ? $0.unicodeScalars.map(Character.init) : [$0] }
        strengths = Array(repeating: .cluster, count: characters.count + 1)
        markScripts()
        markSentences(in: text)
        markSpaces()
        for link in TextLinks(characters, longest: longest).ranges {
            for index in link.dropFirst() { strengths[index] = .never }
        }
    }

    /// The last place of the range that is at least so good.
    package func last(_ strength: Strength, in range: ClosedRange<Int>) -> Int? {
        range.reversed().first { strengths[$0] >= strength }
    }

    /// Between ideographs and the like, which are written without spaces.
    private mutating func markScripts() {
        for index in characters.indices.dropFirst() {
            let (left, right) = (characters[index - 1], characters[index])
            if left.isWrittenWithoutSpaces && !right.clingsToTheLeft && !left.clingsToTheRight
                || right.isWrittenWithoutSpaces && left.clingsToTheLeft
            {
                strengths[index] = .word
            }
        }
    }

    private mutating func markSentences(in text: String) {
        var scalars = 0
        var place = 0
        for offset in SentenceBoundaries.offsets(in: text) {
            while place < characters.count, scalars < offset {
                scalars += characters[place].unicodeScalars.count
                place += 1
            }
            guard scalars == offset, !Abbreviation.ends(at: place, of: characters) else { continue }
            strengths[place] = .sentence
        }
    }

    /// A run of white space is as good a place as the best in it.
    private mutating func markSpaces() {
        var index = 0
        while index < characters.count {
            guard characters[index].isBlank else {
                index += 1
                continue
            }
            let start = index
            while index < characters.count, characters[index].isBlank { index += 1 }
            let strength = max(strength(ofSpace: start..<index), strengths[index] == .sentence ? .sentence : .never)
            for place in start...index { strengths[place] = strength }
        }
    }

    private func strength(ofSpace run: Range<Int>) -> Strength {
        let lines = characters[run].count(where: \.isNewline)
        if lines > 0 { return lines > 1 ? .paragraph : .line }
        if characters[run].allSatisfy(\.asksNotToBreak) { return .glue }
        let isInside =
            Figure.goesOn(across: run.lowerBound, of: characters)
            || Abbreviation.ends(at: run.upperBound, of: characters)
        return run.count == 1 && isInside ? .glue : .word
    }
}

extension Character {
    /// White space and nothing more: a space that carries a combining mark is text.
    package var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }

    /// A full stop of any script, or another mark of Sentence_Terminal.
    package var endsSentence: Bool { unicodeScalars.first.map { SentenceBreakProperty($0).endsSentence } ?? false }

    /// No-break spaces: U+00A0, U+2007, U+202F.
    fileprivate var asksNotToBreak: Bool { self == "\u{A0}" || self == "\u{2007}" || self == "\u{202F}" }

    private var first: Unicode.Scalar { unicodeScalars.first ?? " " }

    /// Ideographs, kana, Yi and the full-width marks that go with them.
    fileprivate var isWrittenWithoutSpaces: Bool {
        first.properties.isIdeographic
            || (0x3001...0x30FF).contains(first.value) || (0xA000...0xA4CF).contains(first.value)
            || (0xFF00...0xFF0F).contains(first.value) || (0xFF1A...0xFF20).contains(first.value)
    }

    /// Closing marks, small kana and the like never begin a line.
    fileprivate var clingsToTheLeft: Bool {
        switch first.properties.generalCategory {
        case .closePunctuation, .finalPunctuation, .otherPunctuation, .modifierLetter: true
        default: isSmallKana || first == "%" || first == "\u{FF05}"
        }
    }

    fileprivate var clingsToTheRight: Bool {
        switch first.properties.generalCategory {
        case .openPunctuation, .initialPunctuation, .currencySymbol: true
        default: false
        }
    }

    private var isSmallKana: Bool { "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ".contains(self) }
}
