import Outbound

/// `POST /v1beta/models/{model}:generateContent`.
struct GeminiDialect: Dialect {
    /// Without a path: `https://generativelanguage.googleapis.com`.
    let baseURL: String

    func request(_ request: ModelRequest, key: String) -> OutboundRequest {
        let contents = request.messages.map { message -> JSON in
            ["role": message.role == .user ? "user" : "model", "parts": [["text": .string(message.text)]]]
        }
        var generation: [String: JSON] = ["maxOutputTokens": .number(Double(request.maximumOutput))]
        if let temperature = request.temperature { generation["temperature"] = .number(temperature) }
        var body: [String: JSON] = ["contents": .array(contents), "generationConfig": .object(generation)]
        if !request.system.isEmpty { body["systemInstruction"] = ["parts": [["text": .string(request.system)]]] }
        return .json(
            "\(baseURL)/v1beta/models/\(Self.pathSegment(request.model)):generateContent",
            headers: [("x-goog-api-key", key)], body: .object(body), timeout: request.timeout)
    }

    /// Models are listed as `models/gemini-...`; a persona may name them either way. What is no model name can't become
    /// another path.
    private static func pathSegment(_ model: String) -> String {
        let name = model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
        return name.utf8.reduce(into: "") { path, byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "-._~".contains(character))
            let hex = String(byte, radix: 16, uppercase: true)
            path += isPlain ? String(character) : "%" + (hex.count == 1 ? "0" + hex : hex)
        }
    }

    func answer(_ body: JSON, to request: ModelRequest) throws(ModelError) -> ModelAnswer {
        let candidate = body["candidates"][0]
        let reported = Self.usage(body["usageMetadata"])
        guard candidate.exists else {
            if body["promptFeedback"]["blockReason"].exists {
                throw ModelError(
                    .contentFiltered, httpStatus: 200, reason: "The provider's filter refused the request.",
                    usage: reported ?? .none)
            }
            throw ModelError(
                .garbage, httpStatus: 200, reason: "The answer holds no candidate.", usage: reported ?? .none)
        }
        let parts = candidate["content"]["parts"].items
        let text =
            parts
            .compactMap { $0["thought"].isTrue ? nil : $0["text"].text }.joined()
        let usage = reported ?? .estimate(request, output: text)
        let finish = candidate["finishReason"].text ?? "STOP"
        guard finish == "STOP" || finish == "MAX_TOKENS" else {
            let isFilter = ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"].contains(
                finish)
            throw ModelError(
                isFilter ? .contentFiltered : .garbage, httpStatus: 200,
                reason: "The model stopped early.", usage: usage)
        }
        return ModelAnswer(
            text: text, isCut: finish == "MAX_TOKENS", callsTool: parts.contains { $0["functionCall"].exists },
            usage: usage, model: body["modelVersion"].text ?? request.model)
    }

    /// The prompt's count includes cached tokens; thinking is billed as output and counted apart.
    private static func usage(_ usage: JSON) -> TokenUsage? {
        guard let input = usage["promptTokenCount"].count else { return nil }
        let output = (usage["candidatesTokenCount"].count ?? 0) + (usage["thoughtsTokenCount"].count ?? 0)
        let cached = usage["cachedContentTokenCount"].count ?? 0
        return TokenUsage(input: input, cachedInput: min(input, cached), output: output)
    }

    func failure(status: Int, body: JSON, headers: RetryHeaders) -> ModelError? {
        // Some answers wrap the error in a list of one.
        let error = body["error"].exists ? body["error"] : body[0]["error"]
        let message = (error["message"].text ?? "").lowercased()
        let details = error["details"].items
        if details.contains(where: { $0["reason"].text == "API_KEY_INVALID" }) {
            return ModelError(
                .credentials, httpStatus: status, reason: "The provider refused the key: API_KEY_INVALID.")
        }
        if StatusRules.saysTooLong(code: nil, message: message, status: status) {
            return ModelError(
                .contextTooLong, httpStatus: status, reason: "The conversation is too long for the model.")
        }
        var headers = headers
        let delay = details.lazy.compactMap { $0["retryDelay"].text }.first
        if let delay, delay.hasSuffix("s"), let seconds = Double(delay.dropLast()), seconds.isFinite {
            headers.after = max(headers.after ?? 0, seconds)
        }
        let refused = StatusRules.refusedParameter(nil, message: message, status: status)
        return StatusRules.error(
            status: status, code: error["status"].text, headers: headers, refusedParameter: refused)
    }
}
