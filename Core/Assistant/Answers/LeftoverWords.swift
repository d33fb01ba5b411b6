import Domain

/// What remains of control sequences when a provider takes the signs away and leaves the names.
enum LeftoverWords {
    static func without(_ text: String) throws(NoAnswer) -> String {
        let spoken = withoutTurns(withoutRole(try finalChannel(text)))
        guard !isThought(spoken) else { throw .internals("It holds only thoughts.") }
        guard !isStream(spoken) else { throw .internals("It is a piece of a stream.") }
        return try finalAnswer(spoken)
    }

    /// Harmony without its tokens: `analysisThe customer asks...assistantfinalHello!`
    private static func finalChannel(_ text: String) throws(NoAnswer) -> String {
        if let mark = text.ranges(of: "assistantfinal").last { return String(text[mark.upperBound...]) }
        guard !text.contains("assistantcommentary"), !text.trimmed.hasPrefix("commentary to=") else {
            throw .internals("It has no final channel.")
        }
        return text
    }

    /// The name of a channel that is not for the customer, in front of what was said there: `thought` and the end of its line
    /// (Gemma), `analysis The user asks`, `analysisuser asks` (Harmony). A sentence that begins with such a word has a capital, or
    /// goes on in small letters: `analysis of your skin`.
    private static func isThought(_ text: String) -> Bool {
        let text = text.trimmed
        guard let name = channels.first(where: { text.hasPrefix($0) }) else { return false }
        let behind = text.dropFirst(name.count)
        let words = behind.drop { $0 == " " || $0 == ":" }
        guard let first = behind.first, let next = words.first, !next.isNewline else { return true }
        let begins = words.prefix(20).lowercased()
        let isKnown = thoughtBeginnings.contains { begins.hasPrefix($0) }
        if name == "analysis" || name == "commentary" {
            return first.isLetter || first == " " && (next.isUppercase || isKnown)
        }
        return first.isUppercase || first == " " && next.isUppercase && isKnown
    }

    private static let channels = ["analysis", "commentary", "thought", "thinking", "reasoning"]
    private static let thoughtBeginnings = [
        "user ", "the user", "customer ", "the customer", "we need", "we should", "we must", "need to", "okay", "ok,",
        "let me",
    ]

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

    /// A new turn begins behind a finished sentence or on a line of its own, not in the middle of a word: `shop-assistant`.
    private static func isSeam(_ index: String.Index, in text: String) -> Bool {
        guard index > text.startIndex else { return false }
        if text[index].isNewline || text[text.index(before: index)].isNewline { return true }
        // What is quoted or emphasized may end a sentence too: `"Come in."assistant`.
        let last = text[..<index].last { !"\"'”’»)]*_~`".contains($0) }
        return last.map { $0.endsSentence || $0 == "…" } ?? false
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
