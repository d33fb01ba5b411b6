/// The same text without what can't be read: control characters, and marks that reorder it. Joiners stay: Persian words and
/// families of emoji are spelt with them.
enum ReadableText {
    static func read(_ text: String) throws(NoAnswer) -> String {
        guard isMostlyText(text) else { throw .garbage("The answer is full of control characters.") }
        var kept = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            let isSecondOfPair = last == "\r" && scalar == "\n"
            last = scalar
            if isLineEnd(scalar) {
                if !isSecondOfPair { kept.append("\n") }
            } else if !isControl(scalar) && !reorders(scalar) {
                kept.append(scalar)
            }
        }
        return String(kept)
    }

    /// What ends a line anywhere ends it on a phone too: without it two words would become one.
    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        (0x0A...0x0D).contains(scalar.value) || scalar.value == 0x85 || scalar.value == 0x2028
            || scalar.value == 0x2029
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\t" || scalar == "\u{FFFD}"
    }

    /// Embeddings, overrides and isolates (UAX #9): a reply must read as it is stored.
    private static func reorders(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// One damaged character in twenty is an accident; more is a broken answer.
    private static func isMostlyText(_ text: String) -> Bool {
        var (damaged, all) = (0, 0)
        for scalar in text.unicodeScalars {
            all += 1
            if isControl(scalar), !isLineEnd(scalar) { damaged += 1 }
        }
        return damaged * 20 <= all
    }
}
