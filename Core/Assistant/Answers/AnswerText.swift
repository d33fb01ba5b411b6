/// From what a model wrote to what may be sent: plain text as WhatsApp shows it, or a reason why it is no answer.
///
/// In this order: the words that are for the customer (`SpokenText`), whole characters (`ReadableText`), no bare calls of tools
/// (`StructuredText`, whose frames are opened and read anew), the looks of a messenger (`MessengerText`), whole sentences (`WholeSentences`).
enum AnswerText {
    /// Characters; more than this is no chat message but a runaway. The prompt asks for far less.
    static let absurdLength = 8000
    /// Characters of a reply; a longer one is cut after a sentence. Twilio takes 1,600 in one message.
    static let longestReply = 3000
    /// Frames of data around an answer; more are no answer but a puzzle.
    private static let mostFrames = 3

    /// - Parameter sources: what the answer may quote; exact strings of it are left as they are.
    static func clean(_ answer: ModelAnswer, keeping sources: SourceStrings) throws(ModelError) -> String {
        func failure(_ kind: ModelError.Kind, _ reason: String) -> ModelError {
            ModelError(kind, httpStatus: 200, reason: reason, usage: answer.usage)
        }
        do throws(NoAnswer) {
            if answer.callsTool { throw .internals("It calls a tool, and there is none.") }
            let plain = try plain(answer.text, sources)
            let text = MessengerText.shown(plain, keeping: sources)
            guard text.contains(where: { $0.isLetter || $0.isNumber || $0.isSymbol }) else {
                if answer.isCut { throw .cut("The token limit left no room for an answer.") }
                throw .garbage("The answer is empty.")
            }
            return try WholeSentences.of(text, upTo: longestReply, isCut: answer.isCut)
        } catch {
            switch error {
            case .garbage(let reason): throw failure(.garbage, reason)
            case .internals(let reason): throw failure(.internals, reason)
            case .cut(let reason): throw failure(.cutShort, reason)
            }
        }
    }

    /// What a frame of data holds was escaped until it was opened, and has passed no rule yet: it passes them all like the first text.
    private static func plain(_ written: String, _ sources: SourceStrings) throws(NoAnswer) -> String {
        var text = written
        for _ in 0...mostFrames {
            let spoken = try SpokenText.read(text)
            guard !spoken.exceeds(absurdLength) else { throw .garbage("The answer is absurdly long.") }
            switch try StructuredText.read(try ReadableText.read(spoken), sources) {
            case .words(let words): return words
            case .framed(let inner): text = inner
            }
        }
        throw .internals("It is data and not a sentence.")
    }
}

/// Why a text is no answer, in words that are safe to store: nothing of the text itself.
enum NoAnswer: Error, Equatable {
    /// Nothing to read.
    case garbage(String)
    /// It holds what was meant for a machine.
    case internals(String)
    /// The token limit left no whole sentence.
    case cut(String)
}

extension StringProtocol {
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// More characters than that, without counting all of them.
    func exceeds(_ limit: Int) -> Bool {
        index(startIndex, offsetBy: limit, limitedBy: endIndex).map { $0 < endIndex } ?? false
    }
}
