/// Why a model gave no usable answer, sorted by what to do about it.
package struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The same request may succeed, after so many seconds if the provider said so.
        case retry(after: Double?)
        /// The provider has too much to do; like `retry`, but another provider is the better bet.
        case overloaded(after: Double?)
        /// No answer in time. It may have been computed, and billed.
        case timeout
        /// The key is wrong, or its account has no credit: an operator must act.
        case credentials
        /// The conversation is longer than the model's context.
        case contextTooLong
        /// The provider's filter refused the prompt or the answer.
        case contentFiltered
        /// An answer came that is none: empty, not JSON, the wrong shape, absurdly long, full of control characters.
        case garbage
        /// The token limit left no whole sentence: a shorter answer may be one.
        case cutShort
        /// What came was meant for a machine: a call of a tool, thoughts, control sequences.
        case internals
        /// This request will never succeed.
        case permanent
    }

    package var kind: Kind
    package var httpStatus: Int?
    /// Safe to store and show: never the provider's own prose, which may quote the key.
    package var reason: String
    /// What was used although the answer is of no use.
    package var usage: TokenUsage
    /// The parameter that this model refuses, when that is all that was wrong.
    package var refusedParameter: String?

    package init(
        _ kind: Kind, httpStatus: Int? = nil, reason: String, usage: TokenUsage = .none, refusedParameter: String? = nil
    ) {
        self.kind = kind
        self.httpStatus = httpStatus
        self.reason = reason
        self.usage = usage
        self.refusedParameter = refusedParameter
    }

    package var description: String { reason }

    /// What to tell the model when it is asked again; `nil`: asking again changes nothing.
    var correction: String? {
        switch kind {
        case .cutShort: "Your last try was too long and was cut. Answer in one or two short sentences."
        case .internals:
            "You have no tools and nobody reads your thoughts. Write only the words that the customer shall read, as plain text."
        case .retry, .overloaded, .timeout, .credentials, .contextTooLong, .contentFiltered, .garbage, .permanent: nil
        }
    }
}
