/// A model's text as its words and the control sequences between them. Takes time in proportion to the text.
struct ControlLexer {
    enum Part: Equatable {
        case text(Substring)
        case control(ControlSequence.Meaning)
    }

    /// Characters of the longest name of a sequence.
    private static let longestName = 80

    static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        var start = text.startIndex
        var index = start
        while let open = text[index...].firstIndex(where: { "<[◁".contains($0) }) {
            guard let (meaning, end) = sequence(at: open, in: text) else {
                index = text.index(after: open)
                continue
            }
            if start < open { parts.append(.text(text[start..<open])) }
            parts.append(.control(meaning))
            (start, index) = (end, end)
        }
        if start < text.endIndex { parts.append(.text(text[start...])) }
        return parts
    }

    private static func sequence(
        at open: String.Index, in text: String
    ) -> (ControlSequence.Meaning, end: String.Index)? {
        let bracket = text[open]
        let close: Character = bracket == "[" ? "]" : bracket == "◁" ? "▷" : ">"
        let inside = text[text.index(after: open)...]
        var end = inside.startIndex
        for _ in 0..<longestName {
            guard end < text.endIndex else { return cutOff(inside, bracket).map { ($0, text.endIndex) } }
            if text[end] == close {
                guard let read = ControlSequence.read(String(inside[..<end]), in: bracket) else { return nil }
                return (read.meaning, skipped(close, from: text.index(after: end), in: text, after: inside))
            }
            guard !text[end].isNewline, text[end] != bracket || end == inside.startIndex else { return nil }
            end = text.index(after: end)
        }
        return nil
    }

    /// `<<SYS>>` has two brackets at each end.
    private static func skipped(
        _ close: Character, from end: String.Index, in text: String, after inside: Substring
    ) -> String.Index {
        guard inside.first == "<", end < text.endIndex, text[end] == close else { return end }
        return text.index(after: end)
    }

    /// The token limit fell into a sequence: `Hello<|im_en`, `Hello</thi`. No sentence ends so.
    private static func cutOff(_ name: Substring, _ bracket: Character) -> ControlSequence.Meaning? {
        guard bracket == "<", let first = name.first else { return nil }
        if first == "|" || first == "｜" {
            return name.allSatisfy { $0.isLetter || "|｜_▁".contains($0) } ? .turnEnds : nil
        }
        let letters = name.drop { $0 == "/" }
        guard letters.count >= 3, letters.allSatisfy({ $0.isLetter || $0 == "_" }) else { return nil }
        let begins = [
            "think", "thinking", "thought", "reasoning", "tool_call", "end_of_turn", "start_of_turn", "function_call",
        ]
        return begins.contains { $0.hasPrefix(letters) } ? .turnEnds : nil
    }
}
