/// The model providers this product knows, and the built-in model. Stored by raw value.
package enum ModelProviderName: String, Sendable, Codable, CaseIterable, Hashable {
    case openai, anthropic, gemini, groq, openrouter, mistral, sambanova, huggingface, deepseek
    /// Needs no key: answers from the organization's knowledge alone.
    case offline

    package static let online = allCases.filter { $0 != .offline }

    /// For people.
    package var displayName: String {
        switch self {
        case .openai: "OpenAI"
        case .anthropic: "Anthropic"
        case .gemini: "Google Gemini"
        case .groq: "Groq"
        case .openrouter: "OpenRouter"
        case .mistral: "Mistral"
        case .sambanova: "SambaNova"
        case .huggingface: "Hugging Face"
        case .deepseek: "DeepSeek"
        case .offline: "Built-in assistant"
        }
    }
}
