extension String {
    /// At most so many characters of a text that somebody reads: whole sentences, else whole words, else whole figures.
    package func beginning(upTo limit: Int) -> String {
        guard let end = index(startIndex, offsetBy: max(0, limit), limitedBy: endIndex), end < endIndex, limit > 0
        else {
            return limit > 0 ? self : ""
        }
        let breaks = TextBreaks(self, longest: limit)
        let reach = min(limit, breaks.characters.count)
        let strengths: [TextBreaks.Strength] = [.sentence, .word, .glue, .cluster]
        let place = strengths.lazy.compactMap { breaks.last($0, in: 1...reach) }.first ?? reach
        let kept = breaks.characters[..<place]
        return String(kept[...(kept.lastIndex { !$0.isBlank } ?? kept.startIndex)])
    }
}
