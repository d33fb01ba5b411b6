import FoundationEssentials
import Web

/// OpenAI's chat completions and the hosts that speak its dialect.
struct ChatCompletions: Sendable {
    /// Holds the planned faults of every provider.
    let faults: SimulatedTwilio

    /// Provider name and the path its base URL ends with.
    private static let hosts = [
        ("openai", "/v1"), ("openai", "/models/openai/v1"), ("deepseek", "/models/deepseek"),
        ("deepseek", "/models/deepseek/v1"), ("groq", "/models/groq/openai/v1"),
        ("huggingface", "/models/huggingface/v1"), ("mistral", "/models/mistral/v1"),
        ("openrouter", "/models/openrouter/api/v1"), ("sambanova", "/models/sambanova/v1"),
    ]

    var endpoints: [Endpoint] {
        Self.hosts.map { provider, base in
            Endpoint("POST \(base)/chat/completions") { request in try await complete(request, provider) }
        }
    }

    private func complete(_ request: Web.Request, _ provider: String) async throws -> Reply {
        let authorization = request.headers["authorization"] ?? ""
        guard authorization.hasPrefix("Bearer "), authorization.count > 7, !authorization.hasPrefix("Bearer invalid")
        else {
            return ModelDialect.openAI.refusal(401, "auth", "Incorrect API key provided.")
        }
        let fault = await faults.takeFault(.api, .chat, provider: provider)
        if let reply = ModelDialect.openAI.answer(to: fault) { return reply }
        let body = try request.jsonBody()
        guard let model = body["model"]?.string else { return refuse("you must provide a model parameter") }
        guard let messages = body["messages"]?.array, !messages.isEmpty else {
            return refuse("'messages' must not be empty")
        }
        let roles = ["assistant", "developer", "function", "system", "tool", "user"]
        guard messages.allSatisfy({ roles.contains($0["role"]?.string ?? "") }) else { return refuse("unknown role") }
        let answer = answer(body, messages, model, provider, size: request.body.count)
        let head = Head(model: model, request: request.body)
        if body["stream"]?.bool == true {
            let wantsUsage = body["stream_options"]?["include_usage"]?.bool == true
            return .events(
                events(answer, head, provider, wantsUsage: wantsUsage), cut: fault?.kind == .brokenAfterAcceptance)
        }
        let whole = whole(answer, head, isOriginal: provider == "openai")
        return fault?.kind == .brokenAfterAcceptance ? .broken(partial: Array(whole.bytes.prefix(40))) : .json(whole)
    }

    private func refuse(_ message: String) -> Reply { ModelDialect.openAI.refusal(400, "invalid", message) }

    private func answer(
        _ body: JSONValue, _ messages: [JSONValue], _ model: String, _ provider: String, size: Int
    ) -> SimulatedAnswer {
        let question = messages.last { $0["role"]?.string == "user" }.map { text(of: $0["content"]) } ?? ""
        let limit = body["max_completion_tokens"]?.integer ?? body["max_tokens"]?.integer
        var answer = SimulatedAnswer(
            provider: provider, model: model, question: question, promptBytes: size, limit: limit)
        let format = body["response_format"]
        if format?["type"]?.string == "json_schema" { answer.become(example(of: format?["json_schema"]?["schema"])) }
        if format?["type"]?.string == "json_object" {
            answer.become(["simulated": true, "answer": .string(answer.text)])
        }
        answer.tool = forcedTool(body)
        return answer
    }

    /// Only an insisting `tool_choice` is obeyed; a simulator has no opinion of its own.
    private func forcedTool(_ body: JSONValue) -> (String, JSONValue)? {
        let tools = body["tools"]?.array?.compactMap { $0["function"] } ?? []
        let named = body["tool_choice"]?["function"]?["name"]?.string
        let insists = named != nil || ["any", "required"].contains(body["tool_choice"]?.string ?? "")
        guard insists, let tool = tools.first(where: { named == nil || $0["name"]?.string == named }),
            let name = tool["name"]?.string
        else { return nil }
        return (name, example(of: tool["parameters"]))
    }

    /// A string, or the text parts of a list.
    private func text(of content: JSONValue?) -> String {
        content?.string ?? content?.array?.compactMap { $0["text"]?.string }.joined(separator: " ") ?? ""
    }
}

// MARK: Answers

extension ChatCompletions {
    private struct Head {
        let id: String
        let created: Int
        let model: String

        /// The id follows from the request, so that equal requests get equal answers.
        init(model: String, request: [UInt8]) {
            self.model = model
            created = Int(Date().timeIntervalSince1970)
            id =
                "chatcmpl-" + hex(request.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
        }

        func frame(_ object: String, _ choices: JSONValue) -> [String: JSONValue] {
            [
                "id": .string(id), "object": .string(object), "created": .integer(created), "model": .string(model),
                "choices": choices, "system_fingerprint": "fp_sandbox",
            ]
        }
    }

    /// Compatible hosts leave out what only OpenAI has: `refusal` and the details of usage.
    private func whole(_ answer: SimulatedAnswer, _ head: Head, isOriginal: Bool) -> JSONValue {
        var message: [String: JSONValue] = ["role": "assistant", "content": .string(answer.text)]
        if isOriginal { message["refusal"] = .null }
        if let call = toolCall(answer, head) {
            message["content"] = .null
            message["tool_calls"] = [.object(call)]
        }
        let choice: JSONValue = [
            "index": 0, "message": .object(message), "logprobs": .null, "finish_reason": .string(finish(answer)),
        ]
        var body = head.frame("chat.completion", [choice])
        body["usage"] = usage(answer, isOriginal: isOriginal)
        return .object(body)
    }

    private func toolCall(_ answer: SimulatedAnswer, _ head: Head) -> [String: JSONValue]? {
        answer.tool.map { tool in
            [
                "id": .string("call_" + head.id.suffix(16)), "type": "function",
                "function": [
                    "name": .string(tool.name),
                    "arguments": .string(String(decoding: tool.arguments.bytes, as: UTF8.self)),
                ],
            ]
        }
    }

    private func finish(_ answer: SimulatedAnswer) -> String {
        answer.tool != nil ? "tool_calls" : answer.isCutOff ? "length" : "stop"
    }

    private func usage(_ answer: SimulatedAnswer, isOriginal: Bool = false) -> JSONValue {
        var usage: [String: JSONValue] = [
            "prompt_tokens": .integer(answer.promptTokens), "completion_tokens": .integer(answer.completionTokens),
            "total_tokens": .integer(answer.promptTokens + answer.completionTokens),
        ]
        if isOriginal {
            usage["prompt_tokens_details"] = ["cached_tokens": 0, "audio_tokens": 0]
            usage["completion_tokens_details"] = ["reasoning_tokens": 0, "audio_tokens": 0]
        }
        return .object(usage)
    }

    /// Where usage stands differs by host: its own last chunk, the finishing chunk, or `x_groq`.
    private func events(_ answer: SimulatedAnswer, _ head: Head, _ provider: String, wantsUsage: Bool) -> [String] {
        var events = [chunk(head, ["role": "assistant", "content": ""])]
        if var call = toolCall(answer, head) {
            call["index"] = 0
            events.append(chunk(head, ["tool_calls": [.object(call)]]))
        } else {
            events += answer.pieces.map { chunk(head, ["content": .string($0)]) }
        }
        var extra: [String: JSONValue] = [:]
        if provider == "groq" { extra["x_groq"] = ["id": "req_sandbox", "usage": usage(answer)] }
        if provider == "mistral" { extra["usage"] = usage(answer) }
        events.append(chunk(head, [:], finish: finish(answer), extra: extra))
        if wantsUsage {
            var last = head.frame("chat.completion.chunk", [])
            last["usage"] = usage(answer)
            events.append(serverSentEvent(.object(last)))
        }
        return events + ["data: [DONE]\n\n"]
    }

    private func chunk(
        _ head: Head, _ delta: JSONValue, finish: String? = nil, extra: [String: JSONValue] = [:]
    ) -> String {
        let choice: JSONValue = ["index": 0, "delta": delta, "logprobs": .null, "finish_reason": .text(finish)]
        let body = head.frame("chat.completion.chunk", [choice]).merging(extra) { _, new in new }
        return serverSentEvent(.object(body))
    }
}
