/// The words of an answer that are for the customer: of Harmony's channels only the final one, without thoughts, heads of turns
/// and what a model wrote after its turn had ended. A call of a tool, or a sequence that nobody knows, makes it no answer: what
/// stands beside it announces what will not happen.
enum SpokenText {
    static func read(_ text: String) throws(NoAnswer) -> String {
        let parts = ControlLexer.parts(of: text)
        if parts.contains(.control(.channel)) {
            guard let final = try HarmonyText.final(parts) else {
                throw .internals("It has no final channel.")
            }
            return final
        }
        return try LeftoverWords.without(try words(parts))
    }

    /// The words of one turn.
    static func words(_ parts: some Collection<ControlLexer.Part>) throws(NoAnswer) -> String {
        var turn = SpokenTurn()
        for part in StruckWords.shown(in: Array(parts)) where !turn.isOver { try turn.take(part) }
        return turn.words
    }
}

private struct SpokenTurn {
    private(set) var words = ""
    private(set) var isOver = false
    private var isThinking = false
    /// Text that follows names the role.
    private var isInHead = false

    private var isSilent: Bool { !words.contains { !$0.isWhitespace } }

    mutating func take(_ part: ControlLexer.Part) throws(NoAnswer) {
        switch part {
        case .text(let text): try hear(text)
        case .control(let meaning): try obey(meaning)
        }
    }

    private mutating func hear(_ text: Substring) throws(NoAnswer) {
        guard !isThinking else { return }
        guard isInHead else {
            words += text
            return
        }
        // `assistant` and the end of its line; a special token may end it too.
        let role = text.prefix { !$0.isNewline }
        isInHead = role.endIndex == text.endIndex
        try begin(String(role).trimmed)
        words += text[role.endIndex...].drop { $0.isNewline }
    }

    private mutating func obey(_ meaning: ControlSequence.Meaning) throws(NoAnswer) {
        if isThinking, meaning != .thoughtEnds { return }
        switch meaning {
        case .thoughtBegins: isThinking = true
        case .thoughtEnds:
            // Without a beginning it stood in the template: all until here was thought.
            if !isThinking { words = "" }
            isThinking = false
        case .turnEnds: isOver = !isSilent
        case .turnBegins(let role?): try begin(role)
        case .turnBegins(nil):
            if isSilent { isInHead = true } else { isOver = true }
        case .headEnds, .message: isInHead = false
        // What strikes words is text by now: these are the beginning and the end of a sequence.
        case .strokeEnds: isOver = !isSilent
        case .strokeBegins, .deletionBegins, .deletionEnds, .nothing: break
        case .tool: throw .internals("It calls a tool, and there is none.")
        case .channel, .unknown: throw .internals("It holds a model's control sequences.")
        }
    }

    private mutating func begin(_ role: String) throws(NoAnswer) {
        guard isSilent else {
            isOver = true
            return
        }
        let own = ["", "assistant", "model", "bot", "chatbot", "ai"]
        guard own.contains(role.lowercased()) else { throw .internals("It speaks for somebody else.") }
    }
}
