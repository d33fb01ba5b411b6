import Domain

/// Words whose signs mean themselves: those of the sources, links, file names, payment codes, coupons.
enum ExactWord {
    /// The part of the word that stays as it is; `nil`: none of it has to.
    static func range(in characters: [Character], _ word: Range<Int>, _ sources: SourceStrings) -> Range<Int>? {
        guard characters[word].contains(where: isSign) else { return nil }
        if sources.holds(word: String(characters[word])) { return word }
        let inner = inside(characters, word)
        if inner != word, characters[inner].contains(where: isSign), sources.holds(word: String(characters[inner])) {
            return inner
        }
        return link(in: characters, word) ?? (isCode(characters, word) ? word : nil)
    }

    private static func isSign(_ character: Character) -> Bool { SourceStrings.isMarkup(character) }
    private static func isEmphasis(_ character: Character) -> Bool { "*_~".contains(character) }

    /// The word without the punctuation around it and then the same signs of emphasis on both sides: a source's word that the
    /// model made bold.
    private static func inside(_ characters: [Character], _ word: Range<Int>) -> Range<Int> {
        let edges = ".,;:!?()\"'«»“”„‘’…"
        var start = characters[word].firstIndex { !edges.contains($0) } ?? word.lowerBound
        var end = characters[word].lastIndex { !edges.contains($0) }.map { $0 + 1 } ?? word.upperBound
        guard start < end, isEmphasis(characters[start]) else { return word }
        let sign = characters[start]
        while end - start > 2, characters[start] == sign, characters[end - 1] == sign {
            (start, end) = (start + 1, end - 1)
        }
        return start..<end
    }

    /// From the scheme to the last character that may end a link (as GitHub's autolinks): signs of emphasis behind it are none
    /// of it.
    private static func link(in characters: [Character], _ word: Range<Int>) -> Range<Int>? {
        guard let link = TextLinks(Array(characters[word]), longest: .max).ranges.first else { return nil }
        let start = word.lowerBound + link.lowerBound
        // In `[text](link)` the link ends before the bracket that isn't its own, and so does a text that is a link.
        let seam = zip(word, word.dropFirst()).first { $0 >= start && characters[$0] == "]" && characters[$1] == "(" }?
            .0
        let end = LinkMarkup.end(ofTargetAt: start, in: characters, within: seam ?? word.upperBound)
        let last = characters[start..<end].lastIndex { !"*_~?!.,:;'\"".contains($0) } ?? start
        return start..<(last + 1)
    }

    /// Letters and digits with signs between them: `SAVE**20`, a Pix payload with `***`, `2**10`, `src/**/x`, `__init__.py`.
    private static func isCode(_ characters: [Character], _ word: Range<Int>) -> Bool {
        let whole = Array(characters[word])
        guard whole.allSatisfy(\.isASCII) else { return false }
        return hasSignsInside(whole) && whole.contains(where: \.isNumber) || isPath(whole) || isName(whole)
    }

    /// A run of signs that has a letter or a digit on both sides and no partner at the word's beginning: `**7.50**USD` is bold.
    private static func hasSignsInside(_ word: [Character]) -> Bool {
        let runs = "*_~".flatMap { sign in
            DelimiterRuns.of(sign, in: word, except: Array(repeating: false, count: word.count))
        }
        let inside = runs.filter { run in
            run.lowerBound > 0 && run.upperBound < word.count && isWordlike(word[run.lowerBound - 1])
                && isWordlike(word[run.upperBound])
        }
        let isPartner = inside.count == 1 && runs.first?.lowerBound == 0 && runs.first?.count == inside.first?.count
        return !inside.isEmpty && !isPartner
    }

    private static func isWordlike(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    /// `src/**/x`, `docs/*.pdf`; not `and/**or**`.
    private static func isPath(_ word: [Character]) -> Bool {
        word.indices.dropLast().contains { index in
            guard "/\\".contains(word[index]), isEmphasis(word[index + 1]) else { return false }
            return word[(index + 1)...].first { !isEmphasis($0) }.map { !isWordlike($0) } ?? true
        }
    }

    /// `__init__`, `__init__.py`, `__a__b`: what follows the second pair isn't the end of a sentence, or all is in small letters.
    private static func isName(_ word: [Character]) -> Bool {
        let word = Array(word.drop { "([{\"'".contains($0) })
        guard word.starts(with: "__"), let second = pair(in: word.dropFirst(2)) else { return false }
        let name = word[2..<second]
        let rest = word[second...].drop { $0 == "_" }
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
            return false
        }
        return rest.contains { $0.isLetter || $0.isNumber } || name.allSatisfy { !$0.isUppercase }
    }

    private static func pair(in word: ArraySlice<Character>) -> Int? {
        word.indices.dropLast().first { word[$0] == "_" && word[$0 + 1] == "_" }
    }
}
