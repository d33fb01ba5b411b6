import Domain

/// A model's sign that a person should take over.
package enum Handover {
    /// The text without the sign, wherever and however it stands, and whether it was there.
    ///
    /// Models dress it up, translate it, drop a bracket and put it behind a sentence: `**[[PERSON]]**`, `[[PESSOA]]`, `[PERSON]`,
    /// `One moment. [[Person]]`. None may reach a customer.
    package static func read(_ text: String) -> (text: String, wantsPerson: Bool) {
        guard text.contains(where: HandoverSign.opens) else { return (text, false) }
        var wantsPerson = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
            let parts = HandoverSign.parts(between: line)
            guard parts.count > 1 else { return String(line) }
            wantsPerson = true
            let rest = parts.dropFirst().reduce(parts[0]) { joined($0, $1) }.trimmed
            return rest.contains { $0.isLetter || $0.isNumber || $0.isSymbol } ? rest : nil
        }
        return wantsPerson ? (lines.joined(separator: "\n").trimmed, true) : (text, false)
    }

    /// What stood around a sign, without its emphasis or brackets, its full stop and one of two blanks.
    private static func joined(_ before: String, _ after: String) -> String {
        var (before, after) = (before[...], after[...])
        while let last = before.last, let first = after.first,
            last == first && "*_`~".contains(last) || last == "(" && first == ")"
        {
            (before, after) = (before.dropLast(), after.dropFirst())
        }
        let start = before.trimmed
        if after.first == ".", start.isEmpty || start.last?.endsSentence == true { after = after.dropFirst() }
        if let first = after.first, ",;:!?.".contains(first) { return start + after }
        let isBlank = before.last?.isWhitespace != false && after.first?.isWhitespace == true
        return String(before) + (isBlank ? after.dropFirst() : after)
    }

    /// What is said when nothing else is left to say, in the customer's language where the offline model speaks it.
    package static func sentence(for question: String) -> String {
        Phrases.matching(question).unknown
    }
}
