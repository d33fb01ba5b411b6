/// The words by which a customer stops and restarts messages, and what they are told. Twilio's default words; a word
/// counts only when it is the whole message.
package enum OptOutKeyword: String, Sendable, Codable, CaseIterable {
    case stop = "STOP"
    case start = "START"
    case help = "HELP"
}

package enum OptOut {
    private static let stopWords: Set<String> = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit"]
    private static let startWords: Set<String> = ["start", "unstop"]
    private static let helpWords: Set<String> = ["help"]

    /// The keyword a message is, or `nil`.
    ///
    /// - Parameters:
    ///   - providerType: Twilio's `OptOutType`, present when its messaging service recognized the word; it wins, because
    ///     Twilio has acted on it.
    ///   - isOptedOut: `YES` restarts only then: to everybody else it is the answer to a question.
    package static func keyword(in text: String, providerType: String? = nil, isOptedOut: Bool = false)
        -> OptOutKeyword?
    {
        if let named = providerType.flatMap({ OptOutKeyword(rawValue: $0.uppercased()) }) { return named }
        let word = trimmed(text).lowercased()
        if stopWords.contains(word) { return .stop }
        if startWords.contains(word) || isOptedOut && word == "yes" { return .start }
        return helpWords.contains(word) ? .help : nil
    }

    /// What the customer is told; `nil` when the provider has answered already.
    package static func answer(to keyword: OptOutKeyword, business: String, providerAnswered: Bool) -> String? {
        guard !providerAnswered else { return nil }
        return switch keyword {
        case .stop: "\(business): you will get no more messages from us. Reply START to get them again."
        case .start: "\(business): you will get our messages again. Reply STOP to end them."
        case .help: "\(business): write to us here and we will answer. Reply STOP to get no more messages."
        }
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}
