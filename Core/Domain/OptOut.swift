/// What a customer asks for with a word of their own: to be left alone, to be written to again, to be told how.
package enum OptOutKeyword: String, Sendable, Codable, CaseIterable {
    case stop = "STOP"
    case start = "START"
    case help = "HELP"
}

/// The words by which a customer stops and restarts messages, and what they are told. A word counts only when it is the whole
/// message, compared as `KeywordText`; punctuation around it counts for nothing, because who writes `STOP.` means it.
package enum OptOut {
    /// Scalars. No word is longer; longer messages need not be read.
    package static let longestWord = 60

    /// The keyword a message is, or `nil`.
    ///
    /// - Parameters:
    ///   - providerType: Twilio's `OptOutType`, present when its messaging service recognized the word; it wins, because
    ///     Twilio has acted on it.
    ///   - own: further words of the business that stop (`own(_:)`).
    ///   - languages: words of no other stop anything.
    ///   - isOptedOut: `YES`, and words of other languages that restart or ask for help, count only then: to everybody else they
    ///     are what one says to a business.
    package static func keyword(
        in text: String, providerType: String? = nil, own: Set<String> = [],
        languages: ConversationLanguages = ConversationLanguages(), isOptedOut: Bool = false
    ) -> OptOutKeyword? {
        if let named = providerType.flatMap({ OptOutKeyword(rawValue: $0.uppercased()) }) { return named }
        guard !text.isEmpty, text.unicodeScalars.count <= longestMessage else { return nil }
        let word = bare(KeywordText.normalized(text))
        guard !word.isEmpty else { return nil }
        let spellings: Set = [word, bare(KeywordText.normalized(text, keepsMarks: true))]
        let words = OptOutWords.of(languages.codes(writing: word))
        if !words.stop.isDisjoint(with: spellings) || own.contains(word) { return .stop }
        if isOptedOut, !words.start.isDisjoint(with: spellings) { return .start }
        if isOptedOut, !words.help.isDisjoint(with: spellings) { return .help }
        if OptOutWords.twilio.start.contains(word), word != "yes" { return .start }
        return OptOutWords.twilio.help.contains(word) ? .help : nil
    }

    /// The business's own words, as `organizations.opt_out_words` holds them: between commas or on lines of their own.
    package static func own(_ words: String) -> Set<String> {
        let words = words.split { $0 == "," || $0.isNewline }.map { bare(KeywordText.normalized(String($0))) }
        return Set(words.filter { !$0.isEmpty })
    }

    /// Without the punctuation around it: `"stop!"` is `stop`. A question is no order, so its mark stays: `cancel?`
    private static func bare(_ word: String) -> String {
        let scalars = word.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isAround($0) }),
            let last = scalars.lastIndex(where: { !isAround($0) })
        else { return "" }
        return String(scalars[first...][...last])
    }

    private static func isAround(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .spaceSeparator: true
        case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .dashPunctuation,
            .connectorPunctuation, .otherPunctuation:
            !"?¿؟".unicodeScalars.contains(scalar)
        // A messenger's own signs of emphasis.
        default: scalar == "`" || scalar == "~"
        }
    }

    /// With blanks and invisible characters around the word.
    private static let longestMessage = 2 * longestWord

    /// Whether Twilio has answered the word. Where no messaging service says so (`OptOutType`), it answers its default words on SMS, and
    /// refuses what we would say about them (21610).
    ///
    /// - Parameter localAddress: ours that the customer wrote to; SMS has no prefix.
    package static func providerAnswers(
        _ text: String, providerType: String?, kind: ChannelKind, localAddress: String
    ) -> Bool {
        if providerType.flatMap({ OptOutKeyword(rawValue: $0.uppercased()) }) != nil { return true }
        guard kind == .whatsappTwilio, localAddress.hasPrefix("+") else { return false }
        let word = KeywordText.normalized(text)
        let words = OptOutWords.twilio
        return words.stop.contains(word) || words.start.contains(word) || words.help.contains(word)
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
}
