import Web

/// Gemini's `generateContent` and `streamGenerateContent`.
struct GeminiContent: Sendable {
    /// Holds the planned faults of every provider.
    let faults: SimulatedTwilio

    var endpoints: [Endpoint] {
        ["/v1beta/models/{call}", "/models/gemini/v1beta/models/{call}"].map { path in
            Endpoint("POST \(path)") { request in try await generate(request) }
        }
    }

    private func generate(_ request: Web.Request) async throws -> Reply {
        let parts = request.pathParameter("call").split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["generateContent", "streamGenerateContent"].contains(parts[1]) else {
            return refuse(404, "There is no such method.")
        }
        let query = try request.queryForm()
        let key = request.headers["x-goog-api-key"] ?? query["key"] ?? ""
        guard !key.isEmpty, !key.hasPrefix("invalid") else { return refuse(400, "API key not valid.") }
        let fault = await faults.takeFault(.api, .chat, provider: "gemini")
        if let reply = ModelDialect.gemini.answer(to: fault) { return reply }
        let body = try request.jsonBody()
        guard let contents = body["contents"]?.array, !contents.isEmpty else {
            return refuse(400, "GenerateContentRequest.contents: contents is not specified")
        }
        let answer = answer(body, contents, model: parts[0], size: request.body.count)
        let cut = fault?.kind == .brokenAfterAcceptance
        if parts[1] == "streamGenerateContent" {
            return stream(answer, parts[0], isEvents: query["alt"] == "sse", cut: cut)
        }
        let whole = response(answer, parts[0], text: answer.text, isLast: true)
        return cut ? .broken(partial: Array(whole.bytes.prefix(40))) : .json(whole)
    }

    private func refuse(_ status: Int, _ message: String) -> Reply {
        ModelDialect.gemini.refusal(status, "invalid", message)
    }

    private func answer(_ body: JSONValue, _ contents: [JSONValue], model: String, size: Int) -> SimulatedAnswer {
        let user = contents.last { ($0["role"]?.string ?? "user") == "user" }
        let question = user?["parts"]?.array?.compactMap { $0["text"]?.string }.joined(separator: " ") ?? ""
        let settings = body["generationConfig"]
        var answer = SimulatedAnswer(
            provider: "gemini", model: model, question: question, promptBytes: size,
            limit: settings?["maxOutputTokens"]?.integer)
        if settings?["responseMimeType"]?.string == "application/json" {
            let schema = settings?["responseSchema"] ?? settings?["responseJsonSchema"]
            answer.become(schema == nil ? ["simulated": true, "answer": .string(answer.text)] : example(of: schema))
        }
        answer.tool = forcedTool(body)
        return answer
    }

    private func forcedTool(_ body: JSONValue) -> (String, JSONValue)? {
        let config = body["toolConfig"]?["functionCallingConfig"]
        guard config?["mode"]?.string == "ANY" else { return nil }
        let allowed = config?["allowedFunctionNames"]?.array?.compactMap(\.string) ?? []
        let tools = body["tools"]?.array?.flatMap { $0["functionDeclarations"]?.array ?? [] } ?? []
        let tool = tools.first { allowed.isEmpty || allowed.contains($0["name"]?.string ?? "") }
        guard let tool, let name = tool["name"]?.string else { return nil }
        return (name, example(of: tool["parameters"] ?? tool["parametersJsonSchema"]))
    }

    private func stream(_ answer: SimulatedAnswer, _ model: String, isEvents: Bool, cut: Bool) -> Reply {
        let pieces = answer.tool == nil ? answer.pieces : [""]
        let responses = pieces.enumerated().map { index, piece in
            response(answer, model, text: piece, isLast: index == pieces.count - 1)
        }
        return isEvents ? .events(responses.map { serverSentEvent($0) }, cut: cut) : .json(.array(responses))
    }

    private func response(_ answer: SimulatedAnswer, _ model: String, text: String, isLast: Bool) -> JSONValue {
        let part: JSONValue =
            answer.tool.map { ["functionCall": ["name": .string($0.name), "args": $0.arguments]] } ?? [
                "text": .string(text)
            ]
        var candidate: [String: JSONValue] = ["content": ["role": "model", "parts": [part]], "index": 0]
        if isLast { candidate["finishReason"] = answer.isCutOff ? "MAX_TOKENS" : "STOP" }
        return [
            "candidates": [.object(candidate)], "modelVersion": .string(model), "responseId": "sandbox",
            "usageMetadata": [
                "promptTokenCount": .integer(answer.promptTokens),
                "candidatesTokenCount": .integer(answer.completionTokens),
                "totalTokenCount": .integer(answer.promptTokens + answer.completionTokens),
            ],
        ]
    }
}
