/// From what a model wrote to what may be sent: plain text as WhatsApp shows it, or a reason why it is no answer.
enum AnswerText {
    /// Characters; more than this is no chat message but a runaway. The prompt asks for far less.
    static let absurdLength = 8000
    /// Characters of a reply; a longer one is cut after a sentence. Twilio takes 1,600 in one message.
    static let longestReply = 3000

    static func clean(_ answer: ModelAnswer) throws(ModelError) -> String {
        func garbage(_ reason: String) -> ModelError {
            ModelError(.garbage, httpStatus: 200, reason: reason, usage: answer.usage)
        }
        let spoken = withoutThinking(answer.text)
        guard spoken.count <= absurdLength else { throw garbage("The answer is absurdly long.") }
        guard isMostlyText(spoken) else { throw garbage("The answer is full of control characters.") }
        let text = plain(withoutControls(spoken))
        guard text.contains(where: { $0.isLetter || $0.isNumber || $0.isSymbol }) else {
            throw garbage(answer.isCut ? "The token limit left no room for an answer." : "The answer is empty.")
        }
        return shortened(text, to: longestReply, isCut: answer.isCut)
    }

    /// Some open models write their reasoning into the answer.
    private static func withoutThinking(_ text: String) -> String {
        guard let end = text.ranges(of: "</think>").last else {
            return text.contains("<think>") ? "" : text
        }
        return String(text[end.upperBound...])
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        let isLine = scalar == "\n" || scalar == "\t" || scalar == "\r"
        return (scalar.properties.generalCategory == .control && !isLine) || scalar == "\u{FFFD}"
    }

    /// One damaged character in twenty is an accident; more is a broken answer.
    private static func isMostlyText(_ text: String) -> Bool {
        text.unicodeScalars.count(where: isControl) * 20 <= text.unicodeScalars.count
    }

    /// Also takes out the marks that reorder text: a reply must read as it is stored.
    private static func withoutControls(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isControl(scalar) && scalar != "\r" {
            let reorders = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            if !reorders { kept.append(scalar) }
        }
        return String(kept)
    }

    /// Markdown that WhatsApp would show as signs: headings, `**bold**`, links, code fences.
    private static func plain(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
            if line.hasPrefix("```") { return nil }
            let hashes = line.prefix { $0 == "#" }
            let isHeading = !hashes.isEmpty && hashes.count <= 6 && line.dropFirst(hashes.count).hasPrefix(" ")
            let bare = isHeading ? String(line.dropFirst(hashes.count + 1)) : String(line)
            return links(bare.replacing("**", with: "*").replacing("__", with: "_"))
        }
        var result = lines.joined(separator: "\n")
        while result.contains("\n\n\n") { result = result.replacing("\n\n\n", with: "\n\n") }
        return result.trimmed
    }

    /// `[text](https://...)` becomes `text (https://...)`.
    private static func links(_ line: String) -> String {
        guard line.contains("](http") else { return line }
        return line.replacing(/\[([^\[\]]{1,300})\]\((https?:[^\s()]{1,500})\)/) { match in
            match.1 == match.2 ? String(match.2) : "\(match.1) (\(match.2))"
        }
    }

    private static func shortened(_ text: String, to limit: Int, isCut: Bool) -> String {
        guard text.count > limit || isCut else { return text }
        let head = text.prefix(limit)
        guard let end = head.lastIndex(where: { ".!?\n。！？".contains($0) }), end > head.startIndex else {
            return String(head)
        }
        return String(head[...end]).trimmed
    }
}

extension StringProtocol {
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
