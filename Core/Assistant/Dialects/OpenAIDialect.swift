import Domain
import Outbound

/// `POST /chat/completions`, as OpenAI, Groq, OpenRouter, Mistral, SambaNova, Hugging Face and DeepSeek speak it. Groq's and
/// Mistral's request objects are closed, so only parameters that each one's description lists are sent
/// (`llm_chat_param_matrix.json`): `model`, `messages`, `temperature` and the token limit under the name it has there.
struct OpenAIDialect: Dialect {
    let provider: ModelProviderName
    /// With its version: `https://api.openai.com/v1`.
    let baseURL: String

    private var tokenLimit: String {
        switch provider {
        case .openai, .groq, .openrouter, .sambanova: "max_completion_tokens"
        default: "max_tokens"
        }
    }

    func request(_ request: ModelRequest, key: String) -> OutboundRequest {
        let system: [JSON] = request.system.isEmpty ? [] : [["role": "system", "content": .string(request.system)]]
        let messages = request.messages.map { message -> JSON in
            ["role": .string(message.role.rawValue), "content": .string(message.text)]
        }
        var body: [String: JSON] = [
            "model": .string(request.model),
            "messages": .array(system + messages),
            tokenLimit: .number(Double(request.maximumOutput)),
        ]
        if let temperature = request.temperature { body["temperature"] = .number(temperature) }
        var headers = [(name: "Authorization", value: "Bearer \(key)")]
        if provider == .openrouter { headers.append(("X-Title", "Parley")) }
        return .json("\(baseURL)/chat/completions", headers: headers, body: .object(body), timeout: request.timeout)
    }

    func answer(_ body: JSON, to request: ModelRequest) throws(ModelError) -> ModelAnswer {
        // OpenRouter answers 200 and then fails: the error takes the place of the answer.
        if body["error"].exists, !body["choices"][0].exists {
            let status = body["error"]["code"].count ?? 502
            throw failure(status: status, body: body, headers: RetryHeaders())
                ?? StatusRules.error(status: status, code: nil, headers: RetryHeaders())
        }
        let choice = body["choices"][0]
        guard choice["message"].exists else {
            throw ModelError(.garbage, httpStatus: 200, reason: "The answer holds no message.")
        }
        let text = Self.text(choice["message"]["content"])
        let usage = usage(body["usage"]) ?? .estimate(request, output: text)
        let finish = choice["finish_reason"].text
        if finish == "content_filter" || (text.isEmpty && choice["message"]["refusal"].text?.isEmpty == false) {
            throw ModelError(
                .contentFiltered, httpStatus: 200, reason: "The provider's filter stopped the answer.", usage: usage)
        }
        // DeepSeek's servers gave up in the middle.
        if finish == "insufficient_system_resource" {
            throw ModelError(
                .overloaded(after: nil), httpStatus: 200, reason: "The provider broke the answer off.", usage: usage)
        }
        if finish == "error" || choice["error"].exists {
            throw ModelError(
                .retry(after: nil), httpStatus: 200, reason: "The model stopped with an error.", usage: usage)
        }
        return ModelAnswer(
            text: text, isCut: ["length", "model_length", "max_tokens"].contains(finish),
            callsTool: Self.callsTool(choice), usage: usage, model: body["model"].text ?? request.model)
    }

    private static func callsTool(_ choice: JSON) -> Bool {
        let message = choice["message"]
        return ["tool_calls", "function_call"].contains(choice["finish_reason"].text)
            || !message["tool_calls"].items.isEmpty || message["function_call"].exists
    }

    /// A string, or Mistral's list of chunks, of which `text` is the answer and `thinking` is not.
    private static func text(_ content: JSON) -> String {
        if let text = content.text { return text }
        return content.items.compactMap { $0["type"].text == "text" || $0["type"] == .null ? $0["text"].text : nil }
            .joined()
    }

    private func usage(_ usage: JSON) -> TokenUsage? {
        guard let input = usage["prompt_tokens"].count, let output = usage["completion_tokens"].count else {
            return nil
        }
        let cached =
            usage["prompt_tokens_details"]["cached_tokens"].count ?? usage["prompt_cache_hit_tokens"].count ?? 0
        return TokenUsage(input: input, cachedInput: min(input, cached), output: output)
    }

    func failure(status: Int, body: JSON, headers: RetryHeaders) -> ModelError? {
        let error = body["error"]
        let code = error["code"].text ?? error["type"].text ?? body["code"].text ?? body["type"].text
        let message = (error["message"].text ?? error.text ?? body["message"].text ?? "").lowercased()
        if StatusRules.saysTooLong(code: code, message: message, status: status) {
            return ModelError(
                .contextTooLong, httpStatus: status, reason: "The conversation is too long for the model.")
        }
        if code == "insufficient_quota" || (status == 402 && !(provider == .openrouter && headers.after != nil)) {
            return ModelError(.credentials, httpStatus: status, reason: "The provider's account has no credit left.")
        }
        if ["content_filter", "content_policy_violation"].contains(code) || (provider == .openrouter && status == 403) {
            return ModelError(
                .contentFiltered, httpStatus: status, reason: "The provider's filter refused the request.")
        }
        if status == 402 { return StatusRules.error(status: 429, code: code, headers: headers) }
        let refused = StatusRules.refusedParameter(error["param"].text, message: message, status: status)
        return StatusRules.error(status: status, code: code, headers: headers, refusedParameter: refused)
    }
}
