/// The Harmony format of gpt-oss: `<|start|>assistant<|channel|>final<|message|>Hello<|return|>`, with messages in the channels
/// `analysis` and `commentary` before it, which are not for the customer.
enum HarmonyText {
    /// The last message of the final channel; `nil`: none.
    static func final(_ parts: [ControlLexer.Part]) throws(NoAnswer) -> String? {
        var final: String?
        var rest = parts[...]
        while let start = rest.firstIndex(of: .control(.channel)) {
            rest = rest[(start + 1)...]
            guard let name = channel(&rest), name == "final" else { continue }
            let message = rest.prefix { !endsMessage($0) }
            let words = try SpokenText.words(message)
            if words.contains(where: { !$0.isWhitespace }) { final = words }
        }
        return final
    }

    /// Its name, and the parts behind `<|message|>`; `nil` when there is no message, or it goes to a tool.
    private static func channel(_ rest: inout ArraySlice<ControlLexer.Part>) -> String? {
        let head = rest.prefix { !endsMessage($0) && $0 != .control(.message) }
        guard rest.dropFirst(head.count).first == .control(.message) else { return nil }
        rest = rest.dropFirst(head.count + 1)
        let text = head.map { part in if case .text(let text) = part { String(text) } else { "" } }.joined().trimmed
        return text.contains("to=") ? nil : text.lowercased().split(separator: " ").first.map(String.init)
    }

    private static func endsMessage(_ part: ControlLexer.Part) -> Bool {
        switch part {
        case .control(.turnEnds), .control(.turnBegins), .control(.channel): true
        default: false
        }
    }
}
