/// Calls of tools as data: `{"name": "find", "arguments": {}}` and what other models make of it, wherever it stands.
enum ToolData {
    private static let names: Set<String> = [
        "name", "function", "tool", "tool_name", "action", "recipient_name", "function_name", "api",
    ]
    private static let inputs: Set<String> = [
        "arguments", "parameters", "args", "input", "action_input", "kwargs", "tool_input", "params",
    ]
    private static let frames: Set<String> = ["tool_calls", "tool_uses", "function_call", "tool_call", "functions"]

    static func isCall(_ value: JSON) -> Bool {
        switch value {
        case .array(let items): !items.isEmpty && items.allSatisfy(isCall)
        case .object(let members):
            // An answer in a frame may say that it calls nothing.
            members.contains { frames.contains($0.key) && $0.value != .null && $0.value != .array([]) }
                || !names.isDisjoint(with: members.keys) && !inputs.isDisjoint(with: members.keys)
                || members["type"]?.text == "function" || members["type"]?.text == "tool_use"
                || members.values.contains(where: isCall)
        default: false
        }
    }

    /// The pieces of a text between braces that are calls. Takes time in proportion to it.
    static func calls(in text: String) -> [Substring] { objects(in: text).filter(isCall) }

    private static func isCall(_ piece: Substring) -> Bool {
        if let value = JSON(lenient: Array(piece.utf8)) { return isCall(value) }
        // Cut off, in Python's quotes, or with a comma too many.
        let keys = keys(of: piece)
        return !frames.isDisjoint(with: keys) || !names.isDisjoint(with: keys) && !inputs.isDisjoint(with: keys)
    }

    /// From each outermost brace to its partner, and from one without a partner to the end.
    private static func objects(in text: String) -> [Substring] {
        var objects: [Substring] = []
        var open: String.Index?
        var (depth, isQuoted, isEscaped) = (0, false, false)
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if depth > 0, byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == UInt8(ascii: "{") {
                if depth == 0 { open = index }
                depth += 1
            } else if !isQuoted, byte == UInt8(ascii: "}"), depth > 0 {
                depth -= 1
                if depth == 0, let start = open { objects.append(text[start...index]) }
            }
        }
        if depth > 0, let start = open { objects.append(text[start...]) }
        return objects
    }

    /// The words in quotes before a colon.
    private static func keys(of piece: Substring) -> Set<String> {
        var keys: Set<String> = []
        for before in piece.split(separator: ":").dropLast() {
            let end = before.reversed().drop { $0.isWhitespace }
            guard let quote = end.first, quote == "\"" || quote == "'" else { continue }
            keys.insert(String(end.dropFirst().prefix { $0 != quote }.reversed()))
        }
        return keys
    }
}
