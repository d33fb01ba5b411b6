/// Calls of tools as code, wherever they stand: `[find(city="x")]` (Llama 3.2 and 4), `search.call(query="x")` (Llama 3.1),
/// `functools[...]` (Phi), `find{"city": "x"}` (Mistral without its token), `print(default_api.find())` (Gemini),
/// `call:find{city:x}` (Gemma 4 without its token), `functions.find:0{}` (Kimi without its token).
///
/// What a business may tell its customers is none: `f(x)`, `item(s)`, `2 (two)`, a function's name with empty brackets in a sentence.
enum ToolCode {
    /// Words that stand alone on a line in front of a call.
    static let headings: Set<String> = ["tool_code", "tool_call", "tool_calls", "tool_outputs", "function_call"]

    private static let signs = ["functools[", "default_api.", "to=functions."]

    /// Takes time in proportion to the text.
    static func calls(in text: String) -> [Substring] {
        let signs = signs.compactMap { text.firstRange(of: $0).map { text[$0] } }
        return signs + text.split(whereSeparator: \.isNewline).flatMap(calls(inLine:))
    }

    private static func calls(inLine line: Substring) -> [Substring] {
        let bare = line.trimmed
        if headings.contains(bare) { return [line] }
        var calls: [Substring] = []
        var isCode = false
        var start = line.startIndex
        while start < line.endIndex {
            if line[start] == "`" { isCode.toggle() }
            guard isNamePart(line[start]) else {
                start = line.index(after: start)
                continue
            }
            let end = line[start...].firstIndex { !isNamePart($0) } ?? line.endIndex
            let call = Call(line, name: start..<end)
            // In backticks it is shown and not called.
            if !isCode, call.isCall { calls.append(line[start..<call.end]) }
            start = end
        }
        return calls
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ".")
    }

    /// A name in a line, and what stands around it.
    private struct Call {
        let name: Substring
        let before: Substring
        let behind: Substring

        init(_ line: Substring, name range: Range<String.Index>) {
            name = line[range]
            before = line[..<range.lowerBound]
            behind = line[range.upperBound...]
        }

        /// Behind its first closing bracket, as far as a call is worth comparing with the sources.
        var end: String.Index {
            let near = behind.prefix(Self.longest)
            return near.firstIndex { ")}".contains($0) }.map { near.index(after: $0) } ?? near.endIndex
        }

        private static let longest = 200

        var isCall: Bool {
            guard let first = name.first, first.isLetter || first == "_" else { return false }
            if behind.hasPrefix("{\"") || behind.hasPrefix("({\"") { return true }
            if name.hasPrefix("functions."), behind.dropFirst().first?.isNumber == true, behind.first == ":" {
                return true
            }
            if behind.hasPrefix("{"), before.hasSuffix("call:") { return true }
            guard behind.hasPrefix("(") else { return false }
            let input = behind.dropFirst()
            if before.hasSuffix("["), isEmpty(input) || isNamed(input) { return true }
            if isNamed(input), isCompound || isAlone { return true }
            return isAlone && isCompound && (isEmpty(input) || input.hasPrefix("\"") || input.hasPrefix("'"))
        }

        /// `get_price`, `search.call`, `getPrice`: no word of a sentence.
        private var isCompound: Bool {
            let letters = name.drop { !$0.isLetter }
            return letters.contains("_") || letters.dropLast().contains(".")
                || zip(letters, letters.dropFirst()).contains { $0.isLowercase && $1.isUppercase }
        }

        /// Nothing else is in the line.
        private var isAlone: Bool {
            let start = before.drop { $0.isWhitespace }
            let last = behind.last { !$0.isWhitespace && $0 != ";" }
            return (start.isEmpty || start == "print(") && last == ")"
        }

        /// `()`.
        private func isEmpty(_ input: Substring) -> Bool { input.drop { $0 == " " }.hasPrefix(")") }

        /// `item=`, with a value.
        private func isNamed(_ input: Substring) -> Bool {
            let key = input.drop { $0 == " " }.prefix { isNamePart($0) }
            let value = input[key.endIndex...].drop { $0 == " " }
            guard let first = key.first, first.isLetter || first == "_", value.hasPrefix("=") else { return false }
            return value.dropFirst().drop { $0 == " " }.first.map { $0 != "=" && $0 != ">" } == true
        }
    }
}
