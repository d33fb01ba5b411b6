import Outbound

/// `POST /v1/messages`, version 2023-06-01.
struct AnthropicDialect: Dialect {
    /// Without a path: `https://api.anthropic.com`.
    let baseURL: String

    func request(_ request: ModelRequest, key: String) -> OutboundRequest {
        let messages = request.messages.map { message -> JSON in
            ["role": .string(message.role.rawValue), "content": .string(message.text)]
        }
        var body: [String: JSON] = [
            "model": .string(request.model),
            "max_tokens": .number(Double(request.maximumOutput)),
            "messages": .array(messages),
        ]
        if !request.system.isEmpty { body["system"] = .string(request.system) }
        if let temperature = request.temperature { body["temperature"] = .number(temperature) }
        let headers = [(name: "x-api-key", value: key), (name: "anthropic-version", value: "2023-06-01")]
        return .json("\(baseURL)/v1/messages", headers: headers, body: .object(body), timeout: request.timeout)
    }

    func answer(_ body: JSON, to request: ModelRequest) throws(ModelError) -> ModelAnswer {
        guard case .array(let blocks) = body["content"] else {
            throw ModelError(.garbage, httpStatus: 200, reason: "The answer holds no content.")
        }
        let text = blocks.compactMap { $0["type"].text == "text" ? $0["text"].text : nil }.joined()
        let usage = Self.usage(body["usage"]) ?? .estimate(request, output: text)
        let stop = body["stop_reason"].text
        if stop == "refusal" {
            throw ModelError(
                .contentFiltered, httpStatus: 200, reason: "The provider's filter stopped the answer.", usage: usage)
        }
        return ModelAnswer(
            text: text, isCut: stop == "max_tokens" || stop == "model_context_window_exceeded",
            callsTool: stop == "tool_use" || blocks.contains { $0["type"].text == "tool_use" }, usage: usage,
            model: body["model"].text ?? request.model)
    }

    /// `input_tokens` leaves out what was read from or written to the cache.
    private static func usage(_ usage: JSON) -> TokenUsage? {
        guard let input = usage["input_tokens"].count, let output = usage["output_tokens"].count else { return nil }
        let read = usage["cache_read_input_tokens"].count ?? 0
        let written = usage["cache_creation_input_tokens"].count ?? 0
        return TokenUsage(input: input + read + written, cachedInput: read, cacheWrite: written, output: output)
    }

    func failure(status: Int, body: JSON, headers: RetryHeaders) -> ModelError? {
        let type = body["error"]["type"].text
        let message = (body["error"]["message"].text ?? "").lowercased()
        if StatusRules.saysTooLong(code: type, message: message, status: status) {
            return ModelError(
                .contextTooLong, httpStatus: status, reason: "The conversation is too long for the model.")
        }
        // No credit comes as 402 billing_error, and as 400 with a sentence.
        if type == "billing_error" || message.contains("credit balance") {
            return ModelError(.credentials, httpStatus: status, reason: "The provider's account has no credit left.")
        }
        let refused = StatusRules.refusedParameter(nil, message: message, status: status)
        return StatusRules.error(status: status, code: type, headers: headers, refusedParameter: refused)
    }
}
