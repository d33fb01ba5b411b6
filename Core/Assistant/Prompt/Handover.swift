/// A model's sign that a person should take over.
package enum Handover {
    /// The text without the sign, wherever and however it stands, and whether it was there.
    ///
    /// Models dress it up, translate it and drop a bracket: `**[[PERSON]]**`, `[[PESSOA]]`, `[PERSON]`. None may reach a customer.
    package static func read(_ text: String) -> (text: String, wantsPerson: Bool) {
        var wantsPerson = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
            guard line.contains("[") else { return String(line) }
            if isSign(line) {
                wantsPerson = true
                return nil
            }
            guard let sign = line.firstRange(of: PersonaPrompt.handover) else { return String(line) }
            wantsPerson = true
            return withoutSign(line[..<sign.lowerBound], line[sign.upperBound...])
        }
        return wantsPerson ? (lines.joined(separator: "\n").trimmed, true) : (text, false)
    }

    /// A line that is a word in capitals and two pairs of brackets, or the sign's own word in one.
    private static func isSign(_ line: Substring) -> Bool {
        let bare = line.filter { !$0.isWhitespace && !"*_`~.".contains($0) }
        let word = bare.filter { $0 != "[" && $0 != "]" }
        guard !word.isEmpty, word.allSatisfy(\.isLetter) else { return false }
        let isOurs = word.uppercased() == "PERSON"
        return bare == "[[\(word)]]" && (isOurs || word.allSatisfy { !$0.isLowercase }) || bare == "[\(word)]" && isOurs
    }

    /// The signs of emphasis around it go too.
    private static func withoutSign(_ before: Substring, _ after: Substring) -> String {
        let marks = "*_`~"
        let isDressed = before.last.map(marks.contains) == true && after.first.map(marks.contains) == true
        let rest = isDressed ? String(before.dropLast()) + after.dropFirst() : String(before) + after
        return rest.replacing(PersonaPrompt.handover, with: "").trimmed
    }

    /// What is said when nothing else is left to say, in the customer's language where the offline model speaks it.
    package static func sentence(for question: String) -> String {
        Phrases.matching(question).unknown
    }
}
