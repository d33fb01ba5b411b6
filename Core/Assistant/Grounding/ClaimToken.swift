/// A piece of normalised text as the gate reads it.
struct ClaimToken: Sendable {
    enum Kind: Sendable {
        /// Letters of a script with borders between words.
        case word
        /// Letters of a script without: to be searched for words.
        case run
        case figure(Figure)
        case symbol
        /// A claim that was found before.
        case found
        case line
    }

    var kind: Kind
    var range: Range<Int>
    /// Of a symbol.
    var sign: Unicode.Scalar?
    /// UTF-8, to be looked up.
    var key: [UInt8]
    var spaceBefore: Bool
    var isCapital: Bool
    /// Its first letter is one.
    var isTitled = false

    var figure: Figure? { if case .figure(let figure) = kind { figure } else { nil } }
    var isWord: Bool { if case .word = kind { true } else { false } }
    var isRun: Bool { if case .run = kind { true } else { false } }
    var isLine: Bool { if case .line = kind { true } else { false } }
    func isSymbol(_ sign: Unicode.Scalar) -> Bool {
        self.sign == sign
    }
}

/// Cuts normalised text into tokens.
struct ClaimTokenizer {
    let text: NormalText
    let taken: [Bool]
    private(set) var tokens: [ClaimToken] = []

    init(_ text: NormalText, taken: [Bool]) {
        self.text = text
        self.taken = taken
        var index = 0
        var isSpaced = false
        while index < text.scalars.count {
            let scalar = text.scalars[index]
            if scalar == " " {
                isSpaced = true
                index += 1
                continue
            }
            let (kind, end) = taken[index] ? (.found, takenEnd(index)) : token(at: index)
            append(kind, index..<end, isSpaced: isSpaced)
            isSpaced = scalar == "\n"
            index = end
        }
    }

    private mutating func append(_ kind: ClaimToken.Kind, _ range: Range<Int>, isSpaced: Bool) {
        var (sign, key): (Unicode.Scalar?, [UInt8]) = (nil, [])
        switch kind {
        case .symbol:
            sign = text.scalars[range.lowerBound]
            key = [UInt8](utf8Of: text.scalars[range])
        case .word, .run: key = [UInt8](utf8Of: text.scalars[range])
        case .figure, .found, .line: break
        }
        tokens.append(
            ClaimToken(
                kind: kind, range: range, sign: sign, key: key, spaceBefore: isSpaced,
                isCapital: text.capitals[range].allSatisfy { $0 },
                isTitled: text.capitals[range.lowerBound]))
    }

    private func takenEnd(_ start: Int) -> Int { taken[start...].firstIndex(of: false) ?? taken.count }

    private func token(at index: Int) -> (ClaimToken.Kind, Int) {
        let scalar = text.scalars[index]
        if scalar == "\n" { return (.line, index + 1) }
        if let figure = seenFigure(at: index) { return (.figure(figure), figure.end) }
        if scalar.isDigit || isFraction(at: index) {
            let figure = FigureReader(scalars: text.scalars).figure(at: index)
            return (.figure(figure), figure.end)
        }
        guard scalar.isLetter else { return (.symbol, index + 1) }
        if let end = seenWord(at: index) { return (.word, end) }
        let isRun = scalar.isBorderless
        return (isRun ? .run : .word, end(from: index) { $0.isLetter && $0.isBorderless == isRun })
    }

    /// Letters of one token at most: a longer run is no word of anybody.
    private static let longest = 400

    private func end(from start: Int, limit: Int = longest, _ belongs: (Unicode.Scalar) -> Bool) -> Int {
        var end = start
        while end < text.scalars.count, end - start < limit, !taken[end], belongs(text.scalars[end]) { end += 1 }
        return end
    }

    /// `.5`, `,08`
    private func isFraction(at index: Int) -> Bool {
        guard ".,\u{66B}".unicodeScalars.contains(text.scalars[index]), index + 1 < text.scalars.count else {
            return false
        }
        let isFree = index == 0 || !(text.scalars[index - 1].isDigit || text.scalars[index - 1].isLetter)
        return isFree && text.scalars[index + 1].isDigit
    }

    /// `1O0`, `l9`, `2О`: digits, and letters that look like some.
    private func seenFigure(at start: Int) -> Figure? {
        let isFirst = start == 0 || !(text.scalars[start - 1].isLetter || text.scalars[start - 1].isDigit)
        guard isFirst, text.scalars[start].isDigit || Lookalikes.digit(text.scalars[start]) != nil else { return nil }
        let chunk = text.scalars[start..<end(from: start, limit: 13) { $0.isLetter || $0.isDigit }]
        guard chunk.count <= 12, chunk.contains(where: \.isDigit), chunk.contains(where: \.isLetter) else { return nil }
        let digits = chunk.compactMap { Lookalikes.digit($0) }
        // Five litres are `5l`.
        let isUnit = chunk.last?.isASCIILetter == true && chunk.dropLast().allSatisfy(\.isDigit) && chunk.last != "o"
        guard digits.count == chunk.count, !isUnit else { return nil }
        // The sign after it may go on: `1O.5O`.
        let text = String(digits)
        return Figure(readings: [Decimals.value(text)], groups: [text], signs: [], end: chunk.endIndex)
    }

    /// `d0llars`, `perc3nt`: a word with digits that look like letters of it.
    private func seenWord(at start: Int) -> Int? {
        let isFirst = start == 0 || !text.scalars[start - 1].isDigit
        guard isFirst else { return nil }
        let chunk = text.scalars[start..<end(from: start, limit: 25) { $0.isLetter || $0.isDigit }]
        guard (4...24).contains(chunk.count), chunk.contains(where: \.isDigit), chunk.last?.isLetter == true else {
            return nil
        }
        let isKnown = !ClaimLexicon.find(Array(String(seen: chunk).utf8)).meanings.isEmpty
        return isKnown ? chunk.endIndex : nil
    }
}
