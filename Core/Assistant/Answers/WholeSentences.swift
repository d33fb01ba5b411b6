import Domain

/// The end of an answer that is too long, or that the token limit cut: behind a whole sentence.
enum WholeSentences {
    /// - Parameter isCut: the model stopped in the middle; what can't be told from a half sentence is left out.
    static func of(_ text: String, upTo limit: Int, isCut: Bool) throws(NoAnswer) -> String {
        guard isCut else { return text.beginning(upTo: limit) }
        let breaks = TextBreaks(text, longest: limit)
        let count = breaks.characters.count
        if count <= limit, endsCertainly(breaks) { return text }
        let ends = (0...min(limit, count - 1)).dropFirst().reversed()
        guard let end = ends.first(where: { isSentenceEnd($0, in: breaks) }) else {
            throw .cut("The token limit left no whole sentence.")
        }
        return String(breaks.characters[..<end]).trimmed
    }

    /// A line is whole unless more was announced: `We have:`.
    private static func isSentenceEnd(_ place: Int, in breaks: TextBreaks) -> Bool {
        guard breaks.strengths[place] >= .sentence else { return false }
        guard let last = breaks.characters[..<place].last(where: { !$0.isBlank }) else { return false }
        return !":,;：，、،؛-–—".contains(last)
    }

    /// The last mark can be no part of a number, a name or a link that was going on: no full stop.
    private static func endsCertainly(_ breaks: TextBreaks) -> Bool {
        guard let last = breaks.characters.lastIndex(where: { !$0.isBlank }) else { return false }
        let isInLink = last > 0 && breaks.strengths[last] == .never
        return !isInLink && !".…".contains(breaks.characters[last]) && breaks.characters[last].endsSentence
    }
}
