/// Sentences of a text, each with the space after it, so that joined they are the text.
enum Sentences {
    /// Marks that end a sentence before a space, in all scripts that have some.
    private static let asciiMarks = ".!?\n"
    private static let marks: Set<Character> = ["…", "؟", "।", "॥", "۔", "።", "։", "။", "។"]
    /// Marks behind which no space stands.
    private static let closeMarks: Set<Character> = ["。", "！", "？", "｡"]
    private static let closing: Set<Character> = [
        ".", "!", "?", "…", "\"", "'", ")", "]", "」", "』", "）", "”", "’", "»", "。", "！", "？",
    ]
    /// Letters of a word that may be an abbreviation in front of a number: `Rs. 500`, `approx. 20`.
    private static let longestAbbreviation = 6

    static func split(_ text: String) -> [String] {
        var sentences: [String] = []
        var current = ""
        var mark: Character?
        for character in text {
            if let ended = mark, !character.isWhitespace {
                let isSpaced = current.last?.isWhitespace == true
                if isSpaced
                    ? !isAbbreviation(current, before: character)
                    : closeMarks.contains(ended) && !closing.contains(character)
                {
                    sentences.append(current)
                    current = ""
                }
                // `3.50`, `example.com`: the mark ended nothing.
                if isSpaced || !closing.contains(character) { mark = nil }
            }
            current.append(character)
            if character.isASCII
                ? asciiMarks.contains(character) : marks.contains(character) || closeMarks.contains(character)
            {
                mark = character
            }
        }
        return current.isEmpty ? sentences : sentences + [current]
    }

    private static func isAbbreviation(_ sentence: String, before next: Character) -> Bool {
        guard next.isNumber || next.isCurrencySymbol else { return false }
        let end = sentence.reversed().prefix(longestAbbreviation + 3).drop(while: \.isWhitespace)
        guard end.first == "." else { return false }
        let word = end.dropFirst().prefix { $0.isLetter }
        return !word.isEmpty && word.count <= longestAbbreviation
    }
}
