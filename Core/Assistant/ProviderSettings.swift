package import Domain
import Environment
package import Outbound

/// Where a provider is reached, with which key of the platform and which model by default. From environment variables that
/// begin with the provider's name: `OPENAI_BASE_URL`, `OPENAI_API_KEY`, `OPENAI_MODEL`, and so on.
package struct ProviderSettings: Sendable, Equatable {
    package let name: ModelProviderName
    /// No slash at the end. With the version where the dialect's clients expect it there (all but Anthropic and Gemini).
    package let baseURL: String
    /// The platform's key, for organizations that have none of their own.
    package let key: String?
    package let defaultModel: String

    /// - Parameter environment: the process's variables; an empty one counts as unset.
    package init(_ name: ModelProviderName, environment: [String: String] = [:]) {
        self.name = name
        let base = Variable.baseURL(of: name).text(in: environment) ?? Self.publishedURL(name)
        baseURL = base.hasSuffix("/") ? String(base.dropLast()) : base
        key = Variable.apiKey(of: name).text(in: environment)
        defaultModel = Variable.model(of: name).text(in: environment) ?? Self.usualModel(name)
    }

    /// As the providers publish them.
    private static func publishedURL(_ name: ModelProviderName) -> String {
        switch name {
        case .openai: "https://api.openai.com/v1"
        case .anthropic: "https://api.anthropic.com"
        case .gemini: "https://generativelanguage.googleapis.com"
        case .groq: "https://api.groq.com/openai/v1"
        case .openrouter: "https://openrouter.ai/api/v1"
        case .mistral: "https://api.mistral.ai/v1"
        case .sambanova: "https://api.sambanova.ai/v1"
        case .huggingface: "https://router.huggingface.co/v1"
        case .deepseek: "https://api.deepseek.com"
        case .offline: ""
        }
    }

    /// Small chat models, each in the price table of November 2026 where its provider is. Names age: `..._MODEL` replaces them.
    private static func usualModel(_ name: ModelProviderName) -> String {
        switch name {
        case .openai: "gpt-4o-mini"
        case .anthropic: "claude-haiku-4-5"
        case .gemini: "gemini-2.5-flash"
        case .groq: "openai/gpt-oss-120b"
        case .openrouter: "meta-llama/llama-3.3-70b-instruct"
        case .mistral: "mistral-small-latest"
        case .sambanova: "Meta-Llama-3.3-70B-Instruct"
        case .huggingface: "meta-llama/Llama-3.3-70B-Instruct"
        case .deepseek: "deepseek-flash"
        case .offline: "built-in"
        }
    }

    var dialect: (any Dialect)? {
        switch name {
        case .anthropic: AnthropicDialect(baseURL: baseURL)
        case .gemini: GeminiDialect(baseURL: baseURL)
        case .offline: nil
        default: OpenAIDialect(provider: name, baseURL: baseURL)
        }
    }
}

extension ModelProvider {
    /// The provider over HTTP; `nil` for the offline model, which is no service.
    package static func live(_ settings: ProviderSettings, key: String, http: HTTPClient) -> ModelProvider? {
        guard let dialect = settings.dialect else { return nil }
        return ModelProvider(name: settings.name, defaultModel: settings.defaultModel) {
            request async throws(ModelError) in
            try await ModelCall(dialect: dialect, http: http).complete(request, key: key)
        }
    }
}

/// One request over HTTP, with every way it can end as a value.
struct ModelCall: Sendable {
    let dialect: any Dialect
    let http: HTTPClient

    func complete(_ request: ModelRequest, key: String) async throws(ModelError) -> ModelAnswer {
        var request = request
        request.messages = request.messages.alternating
        let response = try await send(dialect.request(request, key: key))
        let body = JSON(lenient: response.body)
        guard (200..<300).contains(response.status) else {
            let headers = RetryHeaders(response)
            throw dialect.failure(status: response.status, body: body ?? .null, headers: headers)
                ?? StatusRules.error(status: response.status, code: nil, headers: headers)
        }
        guard let body else {
            let what = response.body.isEmpty ? "empty" : "not JSON"
            throw ModelError(.garbage, httpStatus: response.status, reason: "The answer is \(what).")
        }
        return try dialect.answer(body, to: request)
    }

    private func send(_ request: OutboundRequest) async throws(ModelError) -> OutboundResponse {
        do throws(OutboundError) {
            return try await http.send(request)
        } catch {
            switch error.code {
            case .timedOut: throw ModelError(.timeout, reason: "The provider did not answer in time.")
            case .unreachable: throw ModelError(.retry(after: nil), reason: "The provider can't be reached.")
            case .broken: throw ModelError(.retry(after: nil), reason: "The connection to the provider broke.")
            case .tooLarge: throw ModelError(.garbage, reason: "The answer is absurdly long.")
            case .badURL, .forbiddenAddress, .tooManyRedirects:
                throw ModelError(.permanent, reason: "The provider's address or key is not usable.")
            }
        }
    }
}
