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

    /// The same for a column of so many Unicode scalars that holds facts: `7.50` is kept or left out, never `7.`.
    package func beginning(upToScalars limit: Int) -> String {
        let cut = cut(to: limit)
        // Its last character may be half a one.
        return cut.unicodeScalars.count == unicodeScalars.count ? self : beginning(upTo: cut.count - 1)
    }
}
