/// What no longer holds, in HTML: `<s>29</s> 19 USD`. A messenger strikes it between two `~`; without them the old price would be
/// the price. `<s>` and `</s>` are Mistral's beginning and end of an answer too.
enum StruckWords {
    /// The same parts with `~` for the tags that strike words.
    static func shown(in parts: [ControlLexer.Part]) -> [ControlLexer.Part] {
        var shown = parts
        // From the end: whether words follow a tag depends on what the next one is.
        for index in parts.indices.reversed() {
            guard case .control(let sign) = parts[index], index + 2 < parts.count,
                case .text(let words) = parts[index + 1], case .control(let end) = parts[index + 2],
                (sign, end) == (.deletionBegins, .deletionEnds)
                    || (sign, end) == (.strokeBegins, .strokeEnds) && strikes(words, index, parts, shown)
            else { continue }
            let bare = words.drop { $0 == " " }
            shown[index] = .text("~")
            shown[index + 1] = .text(bare[..<(bare.lastIndex { $0 != " " }.map(bare.index(after:)) ?? bare.startIndex)])
            shown[index + 2] = .text("~")
        }
        return shown.map { $0 == .control(.deletionBegins) || $0 == .control(.deletionEnds) ? .text("") : $0 }
    }

    /// A whole answer is no stroke: it has several lines, or nothing is said around it.
    private static func strikes(
        _ words: Substring, _ index: Int, _ parts: [ControlLexer.Part], _ shown: [ControlLexer.Part]
    ) -> Bool {
        guard words.contains(where: { !$0.isWhitespace }), !words.contains(where: \.isNewline) else { return false }
        return saysMore(shown[(index + 3)...]) || saysMore(parts[..<index].reversed())
    }

    /// The next thing that is not blank is words.
    private static func saysMore(_ parts: some Collection<ControlLexer.Part>) -> Bool {
        for part in parts {
            guard case .text(let text) = part else { return false }
            if text.contains(where: { !$0.isWhitespace }) { return true }
        }
        return false
    }
}
