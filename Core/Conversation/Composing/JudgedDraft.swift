import Assistant
import Domain

/// A model's draft and what the grounding gate said of it, for the decision trail.
package struct JudgedDraft: Sendable, Equatable {
    package var passes: Bool
    /// Plain sentences: which claims have no source, and the draft; at most 4,000 characters.
    package var reason: String

    private static let longest = 4_000

    package init(passes: Bool, reason: String) {
        self.passes = passes
        self.reason = reason.cut(to: Self.longest)
    }

    init(_ text: String, _ verdict: Grounding.Verdict) {
        let found = verdict.passes ? "Every claim has a source." : "Not in the sources: \(verdict.claims)."
        self.init(passes: verdict.passes, reason: "\(found) Draft: \(text)")
    }
}
