package import Domain

/// One model behind one key. A struct of closures: `ModelProvider.live` speaks to a provider, tests pass their own.
package struct ModelProvider: Sendable {
    package var name: ModelProviderName
    /// Used when the request names none.
    package var defaultModel: String
    /// One call, one answer, no retry: `ModelChain` retries and falls back.
    package var complete: @Sendable (ModelRequest) async throws(ModelError) -> ModelAnswer

    package init(
        name: ModelProviderName, defaultModel: String,
        complete: @escaping @Sendable (ModelRequest) async throws(ModelError) -> ModelAnswer
    ) {
        self.name = name
        self.defaultModel = defaultModel
        self.complete = complete
    }
}

/// A chat without tools, the same for every dialect.
package struct ModelRequest: Sendable, Equatable {
    package var model: String
    /// Instructions of the business, not of the customer.
    package var system: String
    /// Oldest first. Whoever sends them makes them alternate (`ModelMessage.alternating`).
    package var messages: [ModelMessage]
    /// 0...1; `nil` leaves it to the provider, for models that refuse any other than their own.
    package var temperature: Double?
    /// Tokens, thinking included where the provider counts it so.
    package var maximumOutput: Int
    /// Seconds for this call.
    package var timeout: Double
    /// What the business wrote, as it wrote it: an answer's exact strings of it are left as they are. Not sent.
    package var sources: [String]

    package init(
        model: String, system: String, messages: [ModelMessage], temperature: Double? = nil, maximumOutput: Int = 3000,
        timeout: Double = 30, sources: [String] = []
    ) {
        self.model = model
        self.system = system
        self.messages = messages
        self.temperature = temperature
        self.maximumOutput = maximumOutput
        self.timeout = timeout
        self.sources = sources
    }
}

package struct ModelMessage: Sendable, Equatable {
    package enum Role: String, Sendable { case user, assistant }
    package var role: Role
    package var text: String

    package init(role: Role, text: String) {
        self.role = role
        self.text = text
    }
}

package struct ModelAnswer: Sendable, Equatable {
    /// As the model wrote it; may be empty.
    package var text: String
    /// The answer was cut at the token limit.
    package var isCut: Bool
    /// The model wants a tool to be run, which it was never offered.
    package var callsTool: Bool
    package var usage: TokenUsage
    /// The model that answered, as the provider names it: a dated name where an alias was asked for.
    package var model: String

    package init(text: String, isCut: Bool = false, callsTool: Bool = false, usage: TokenUsage, model: String) {
        self.text = text
        self.isCut = isCut
        self.callsTool = callsTool
        self.usage = usage
        self.model = model
    }
}

/// Tokens in our own terms, whatever the dialect counts where.
package struct TokenUsage: Sendable, Equatable {
    /// All of the prompt, cached tokens included.
    package var input: Int
    /// Of these, read from the provider's cache.
    package var cachedInput: Int
    /// Of these, written to the cache (Anthropic bills them apart).
    package var cacheWrite: Int
    /// Thinking included.
    package var output: Int
    /// The provider reported none: counted at four characters a token.
    package var isEstimate: Bool

    package init(input: Int, cachedInput: Int = 0, cacheWrite: Int = 0, output: Int, isEstimate: Bool = false) {
        self.input = input
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.output = output
        self.isEstimate = isEstimate
    }

    package static let none = TokenUsage(input: 0, output: 0)

    static func estimate(_ request: ModelRequest, output: String) -> TokenUsage {
        let input = request.system.utf8.count + request.messages.reduce(0) { $0 + $1.text.utf8.count }
        return TokenUsage(input: (input + 3) / 4, output: (output.utf8.count + 3) / 4, isEstimate: true)
    }
}
