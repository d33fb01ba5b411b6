import Domain

/// Sentences of a text, each with the space after it, so that joined they are the text. Where they end is what every cut of a text
/// goes by (`TextBreaks`): a date, a title, the marker of a list's point and a link stay with what they belong to.
enum Sentences {
    /// UTF-16 code units of a link that stays whole.
    private static let longestLink = 2_048
    /// Letters of a word that may be an abbreviation in front of a number: `Rs. 500`, `approx. 20`.
    private static let longestAbbreviation = 6

    static func split(_ text: String) -> [String] {
        let breaks = TextBreaks(text, longest: longestLink)
        let characters = breaks.characters
        var sentences: [String] = []
        var start = 0
        for index in characters.indices.dropFirst()
        where breaks.strengths[index] >= .sentence && !characters[index].isWhitespace {
            let isLine = breaks.strengths[index] > .sentence
            let sentence = characters[..<index].dropFirst(start)
            guard isLine || !goesOn(sentence, before: characters[index]) else { continue }
            sentences.append(String(sentence))
            start = index
        }
        return start < characters.count ? sentences + [String(characters[start...])] : sentences
    }

    /// Also `７．５０`: full-width digits are ideographs to UAX #29.
    private static func goesOn(_ sentence: ArraySlice<Character>, before next: Character) -> Bool {
        let isInNumber =
            next.isNumber && sentence.dropLast().last?.isNumber == true && sentence.last?.isWhitespace == false
        return isInNumber || isAbbreviation(sentence, before: next)
    }

    private static func isAbbreviation(_ sentence: ArraySlice<Character>, before next: Character) -> Bool {
        guard next.isNumber || next.isCurrencySymbol else { return false }
        let end = sentence.suffix(longestAbbreviation + 3).reversed().drop(while: \.isWhitespace)
        guard end.first == "." else { return false }
        let word = end.dropFirst().prefix { $0.isLetter }
        return !word.isEmpty && word.count <= longestAbbreviation
    }
}
