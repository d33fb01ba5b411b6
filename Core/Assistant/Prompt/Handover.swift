/// A model's sign that a person should take over.
package enum Handover {
    /// The text without the sign, wherever it stands, and whether it was there.
    package static func read(_ text: String) -> (text: String, wantsPerson: Bool) {
        guard text.contains(PersonaPrompt.handover) else { return (text, false) }
        return (text.replacing(PersonaPrompt.handover, with: "").trimmed, true)
    }

    /// What is said when nothing else is left to say, in the customer's language where the offline model speaks it.
    package static func sentence(for question: String) -> String {
        Phrases.matching(question).unknown
    }
}
