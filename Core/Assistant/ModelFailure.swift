import Domain

/// A call that gave no answer, or a candidate that there was no time to ask.
package struct ModelFailure: Sendable, Equatable {
    /// `openai gpt-4o-mini`.
    package let name: String
    package let error: ModelError

    init(of name: String, _ error: ModelError) {
        self.name = name
        self.error = error
    }
}

extension ModelError {
    static let noTimeLeft = ModelError(.timeout, reason: "There was no time left to ask it.")
}

extension [ModelFailure] {
    /// Unicode scalars of the whole story: a persona may name its models as it likes.
    private static let longestStory = 1_000

    /// All of them in order, for the decision trail: `groq x: The provider's rate limit is reached: HTTP 429. (3 times) openai y:
    /// The provider did not answer in time.`
    package var story: String {
        var told: [(failure: ModelFailure, times: Int)] = []
        for failure in self {
            if let last = told.last, last.failure.name == failure.name,
                last.failure.error.reason == failure.error.reason
            {
                told[told.count - 1].times += 1
            } else {
                told.append((failure, 1))
            }
        }
        return told.map { failure, times in
            "\(failure.name.cut(to: 120)): \(failure.error.reason)\(times > 1 ? " (\(times) times)" : "")"
        }.joined(separator: " ").cut(to: Self.longestStory)
    }
}
