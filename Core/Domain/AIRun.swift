/// One model call: what it used and what it cost.
package struct AIRun: Sendable, Equatable {
    package var id: AIRunID
    /// `openai`, `anthropic`, `gemini`, `groq`, `openrouter`, `mistral`, `sambanova`, `huggingface`, `deepseek`, `offline`.
    package var provider: String
    package var model: String
    /// All prompt tokens, cached ones included.
    package var tokensIn: Int
    package var cachedTokensIn: Int
    package var tokensOut: Int
    /// US dollars in millionths; `nil` when the model's price is unknown, which is not zero.
    package var costMicros: Int?
    /// Tokens were estimated because the provider reported none.
    package var isEstimate: Bool
    package var milliseconds: Int
    /// `nil` for success; else a safe, short reason.
    package var failure: String?

    package init(
        id: AIRunID, provider: String, model: String, tokensIn: Int, cachedTokensIn: Int = 0, tokensOut: Int,
        costMicros: Int?, isEstimate: Bool = false, milliseconds: Int, failure: String? = nil
    ) {
        self.id = id
        self.provider = provider
        self.model = model
        self.tokensIn = tokensIn
        self.cachedTokensIn = cachedTokensIn
        self.tokensOut = tokensOut
        self.costMicros = costMicros
        self.isEstimate = isEstimate
        self.milliseconds = milliseconds
        self.failure = failure
    }
}
