/// Answers that are data: a call of a tool as JSON or as code is none; an answer in a JSON frame is taken out of it.
enum StructuredText {
    static func plain(_ text: String, _ sources: SourceStrings) throws(NoAnswer) -> String {
        let whole = text.trimmed
        let bare = unfenced(whole)
        if sources.holds(text: bare) { return text }
        let calls = blocks(of: whole).contains { isToolBlock($0) && !sources.holds(text: $0.content) }
        if calls || isCode(whole) { throw toolCall }
        guard bare.hasPrefix("{") || bare.hasPrefix("[{"), let value = JSON(lenient: Array(bare.utf8)) else {
            if lines(of: whole).contains(where: { isTool($0) && !sources.holds(text: String($0)) }) { throw toolCall }
            return text
        }
        if isTool(value) { throw toolCall }
        if let answer = answer(in: value) { return answer }
        throw .internals("It is data and not a sentence.")
    }

    private static var toolCall: NoAnswer { .internals("It calls a tool, and there is none.") }

    // MARK: JSON

    private static let names: Set<String> = [
        "name", "function", "tool", "tool_name", "action", "recipient_name", "function_name", "api",
    ]
    private static let inputs: Set<String> = [
        "arguments", "parameters", "args", "input", "action_input", "kwargs", "tool_input", "params",
    ]
    private static let frames: Set<String> = ["tool_calls", "tool_uses", "function_call", "tool_call", "functions"]

    private static func isTool(_ value: JSON) -> Bool {
        switch value {
        case .array(let items): !items.isEmpty && items.allSatisfy(isTool)
        case .object(let members):
            !frames.isDisjoint(with: members.keys)
                || !names.isDisjoint(with: members.keys) && !inputs.isDisjoint(with: members.keys)
                || members["type"]?.text == "function" || members["type"]?.text == "tool_use"
        default: false
        }
    }

    private static let answers = [
        "answer", "response", "reply", "message", "text", "content", "output", "final_answer", "final",
    ]

    /// The one text that such an object is about.
    private static func answer(in value: JSON) -> String? {
        guard case .object(let members) = value else { return nil }
        let found = answers.compactMap { members[$0]?.text }
        return found.count == 1 ? found.first : nil
    }

    private static func isTool(_ text: Substring) -> Bool { JSON(lenient: Array(text.utf8)).map(isTool) ?? false }

    /// JSON among prose: on a line of its own, or from some line to the end.
    private static func lines(of text: String) -> [Substring] {
        // Llama 3.1 puts a semicolon between two calls.
        let lines = text.replacing("};", with: "}\n").split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        let starts = lines.filter { $0.hasPrefix("{") || $0.hasPrefix("[{") }
        guard let first = starts.first else { return [] }
        return starts + [first.base[first.startIndex...]]
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

    private static func isToolBlock(_ block: (language: Substring, content: String)) -> Bool {
        let content = block.content
        if ["tool_code", "tool_call", "tool_calls", "tool_outputs"].contains(block.language) { return true }
        guard content.hasPrefix("{") || content.hasPrefix("["), let value = JSON(lenient: Array(content.utf8)) else {
            return false
        }
        return isTool(value)
    }

    /// The content of a text that is one block and nothing else.
    private static func unfenced(_ text: String) -> String {
        let blocks = blocks(of: text)
        guard text.hasPrefix("```"), text.hasSuffix("```"), let block = blocks.first, blocks.count == 1 else {
            return text
        }
        return block.content
    }

    // MARK: Code

    /// `[find(city="x")]` (Llama 3.2 and 4), `functools[...]` (Phi), `find{"city": "x"}` (Mistral without its token),
    /// `print(default_api.find())` (Gemini).
    private static func isCode(_ text: String) -> Bool {
        if text.hasPrefix("functools[") || text.hasPrefix("print(default_api.") || text.hasPrefix("default_api.") {
            return true
        }
        let list = text.hasPrefix("[") && text.hasSuffix(")]")
        let body = list ? text.dropFirst() : text[...]
        let name = body.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
        guard !name.isEmpty, name.first?.isLetter == true || name.first == "_" else { return false }
        let next = body.dropFirst(name.count)
        return list
            ? next.hasPrefix("(") && (text.contains("=") || text.contains("()"))
            : next.hasPrefix("{\"") && text.hasSuffix("}")
    }
}
