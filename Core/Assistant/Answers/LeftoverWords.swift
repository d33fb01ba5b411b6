/// What remains of control sequences when a provider takes the signs away and leaves the names.
enum LeftoverWords {
    static func without(_ text: String) throws(NoAnswer) -> String {
        let spoken = withoutTurns(withoutRole(try finalChannel(text)))
        guard !isStream(spoken) else { throw .internals("It is a piece of a stream.") }
        return try finalAnswer(spoken)
    }

    /// Harmony without its tokens: `analysisThe customer asks...assistantfinalHello!`
    private static func finalChannel(_ text: String) throws(NoAnswer) -> String {
        if let mark = text.ranges(of: "assistantfinal").last { return String(text[mark.upperBound...]) }
        let start = text.trimmed
        let isAnalysis =
            start.hasPrefix("analysis") && start.dropFirst(8).first.map { $0.isLetter && !$0.isLowercase } == true
        guard !isAnalysis, !text.contains("assistantcommentary"), !start.hasPrefix("commentary to=") else {
            throw .internals("It has no final channel.")
        }
        return text
    }

    /// `assistant` alone on the first line, or `Assistant:` before the words.
    private static func withoutRole(_ text: String) -> String {
        let bare = text.drop { $0.isWhitespace }
        for role in ["assistant\n", "model\n", "Assistant:", "ASSISTANT:"] where bare.hasPrefix(role) {
            return String(bare.dropFirst(role.count))
        }
        return text
    }

    /// `Hello.assistant` and an empty line (Llama 3), or a turn of `Human:` (Claude's older format): the model went on alone.
    private static func withoutTurns(_ text: String) -> String {
        let marks = ["assistant\n\n", "\n\nHuman:", "\n\nUSER:"]
        let seams = marks.flatMap { text.ranges(of: $0) }.map(\.lowerBound).filter { isSeam($0, in: text) }
        let kept = text[..<(seams.min() ?? text.endIndex)]
        let role = "assistant"
        guard kept.hasSuffix(role), isSeam(kept.index(kept.endIndex, offsetBy: -role.count), in: text) else {
            return String(kept)
        }
        return String(kept.dropLast(role.count))
    }

    /// A new turn begins behind a finished one, not in the middle of a sentence or of a word.
    private static func isSeam(_ index: String.Index, in text: String) -> Bool {
        guard index > text.startIndex else { return false }
        let before = text[text.index(before: index)]
        return before.isPunctuation || before.isNewline || text[index].isNewline
    }

    private static func isStream(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains { line in
            line.hasPrefix("data: {\"") || line.hasPrefix("data: [DONE]") || line.hasPrefix("data:{\"")
        }
    }

    /// Agents that reason and act in text (ReAct): `Thought:`, `Action:`, `Action Input:`, `Final Answer:`.
    private static func finalAnswer(_ text: String) throws(NoAnswer) -> String {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0.isWhitespace } }
        let thinks = lines.first?.hasPrefix("Thought:") == true
        let acts = lines.contains { $0.hasPrefix("Action:") } && lines.contains { $0.hasPrefix("Action Input:") }
        if let mark = text.ranges(of: "Final Answer:").last,
            thinks || acts || lines.first?.hasPrefix("Final Answer:") == true
        {
            return String(text[mark.upperBound...])
        }
        guard !acts else { throw .internals("It calls a tool, and there is none.") }
        guard !thinks else { throw .internals("It holds only thoughts.") }
        return text
    }
}
