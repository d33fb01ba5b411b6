/// Answers that are data: a call of a tool as JSON or as code is none; an answer in a JSON frame is taken out of it.
enum StructuredText {
    enum Reading: Equatable {
        case words(String)
        /// The one text that a frame of data is about, as it stands in it.
        case framed(String)
    }

    static func read(_ text: String, _ sources: SourceStrings) throws(NoAnswer) -> Reading {
        let whole = text.trimmed
        let bare = unfenced(whole)
        if sources.holds(text: bare) { return .words(text) }
        if blocks(of: whole).contains(where: { isToolBlock($0) && !sources.holds(text: $0.content) }) { throw toolCall }
        if (bare.hasPrefix("{") || bare.hasPrefix("[{")), let value = JSON(lenient: Array(bare.utf8)) {
            if ToolData.isCall(value) { throw toolCall }
            if let answer = answer(in: value) { return .framed(answer) }
            throw .internals("It is data and not a sentence.")
        }
        let isCall =
            ToolData.calls(in: whole).contains { !sources.holds(text: String($0)) }
            || ToolCode.calls(in: bare == whole ? outsideBlocks(of: whole) : bare).contains {
                !sources.holds(text: String($0))
            }
        guard !isCall else { throw toolCall }
        return .words(text)
    }

    private static var toolCall: NoAnswer { .internals("It calls a tool, and there is none.") }

    private static let answers = [
        "answer", "response", "reply", "message", "text", "content", "output", "final_answer", "final",
    ]

    /// The one text that such an object is about.
    private static func answer(in value: JSON) -> String? {
        guard case .object(let members) = value else { return nil }
        let found = answers.compactMap { members[$0]?.text }
        return found.count == 1 ? found.first : nil
    }

    // MARK: Fences

    /// What stands between each pair of fences, with the word behind the first.
    private static func blocks(of text: String) -> [(language: Substring, content: String)] {
        let pieces = text.split(separator: "```", omittingEmptySubsequences: false)
        return pieces.enumerated().compactMap { index, piece in
            guard index % 2 == 1 else { return nil }
            let language = piece.prefix { !$0.isNewline }
            return (language, String(piece.dropFirst(language.count)).trimmed)
        }
    }

    /// Code in a block beside words is shown to somebody who asked for it.
    private static func outsideBlocks(of text: String) -> String {
        let pieces = text.split(separator: "```", omittingEmptySubsequences: false)
        return pieces.enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: "\n")
    }

    private static func isToolBlock(_ block: (language: Substring, content: String)) -> Bool {
        let content = block.content
        if ToolCode.headings.contains(String(block.language)) { return true }
        guard content.hasPrefix("{") || content.hasPrefix("["), let value = JSON(lenient: Array(content.utf8)) else {
            return false
        }
        return ToolData.isCall(value)
    }

    /// The content of a text that is one block and nothing else.
    private static func unfenced(_ text: String) -> String {
        let blocks = blocks(of: text)
        guard text.hasPrefix("```"), text.hasSuffix("```"), let block = blocks.first, blocks.count == 1 else {
            return text
        }
        return block.content
    }
}
