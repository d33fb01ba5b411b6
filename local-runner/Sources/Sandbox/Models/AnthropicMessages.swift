import Web

/// Anthropic's messages.
struct AnthropicMessages: Sendable {
    /// Holds the planned faults of every provider.
    let faults: SimulatedTwilio

    var endpoints: [Endpoint] {
        ["/v1/messages", "/models/anthropic/v1/messages"].map { path in
            Endpoint("POST \(path)") { request in try await create(request) }
        }
    }

    private func create(_ request: Web.Request) async throws -> Reply {
        // The key travels in a field of its own; Anthropic's newer SDKs send it as a bearer token.
        let bearer = request.headers["authorization"].flatMap {
            $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil
        }
        let key = request.headers["x-api-key"] ?? bearer ?? ""
        guard !key.isEmpty, !key.hasPrefix("invalid") else { return refuse(401, "invalid x-api-key") }
        guard request.headers["anthropic-version"] != nil else {
            return refuse(400, "anthropic-version: header is required")
        }
        let fault = await faults.takeFault(.api, .chat, provider: "anthropic")
        if let reply = ModelDialect.anthropic.answer(to: fault) { return reply }
        let body = try request.jsonBody()
        guard let model = body["model"]?.string else { return refuse(400, "model: Field required") }
        guard let limit = body["max_tokens"]?.integer, limit > 0 else {
            return refuse(400, "max_tokens: Field required")
        }
        guard let messages = body["messages"]?.array, !messages.isEmpty else {
            return refuse(400, "messages: Field required")
        }
        guard messages.allSatisfy({ ["assistant", "user"].contains($0["role"]?.string ?? "") }) else {
            return refuse(400, "messages: unexpected role")
        }
        let question = messages.last { $0["role"]?.string == "user" }.map { text(of: $0["content"]) } ?? ""
        var answer = SimulatedAnswer(
            provider: "anthropic", model: model, question: question, promptBytes: request.body.count, limit: limit)
        answer.tool = forcedTool(body)
        let cut = fault?.kind == .brokenAfterAcceptance
        if body["stream"]?.bool == true { return .events(events(answer, model), cut: cut) }
        let whole = JSONValue.object(message(answer, model, content: [block(answer)], stop: stop(answer)))
        return cut ? .broken(partial: Array(whole.bytes.prefix(40))) : .json(whole)
    }

    private func refuse(_ status: Int, _ message: String) -> Reply {
        ModelDialect.anthropic.refusal(status, "invalid", message)
    }

    private func forcedTool(_ body: JSONValue) -> (String, JSONValue)? {
        guard let choice = body["tool_choice"]?["type"]?.string, ["any", "tool"].contains(choice) else { return nil }
        let named = body["tool_choice"]?["name"]?.string
        let tool = body["tools"]?.array?.first { named == nil || $0["name"]?.string == named }
        guard let tool, let name = tool["name"]?.string else { return nil }
        return (name, example(of: tool["input_schema"]))
    }

    private func text(of content: JSONValue?) -> String {
        content?.string ?? content?.array?.compactMap { $0["text"]?.string }.joined(separator: " ") ?? ""
    }
}

// MARK: Answers

extension AnthropicMessages {
    private func message(
        _ answer: SimulatedAnswer, _ model: String, content: JSONValue, stop: String?
    ) -> [String: JSONValue] {
        [
            "id": "msg_sandbox", "type": "message", "role": "assistant", "model": .string(model), "content": content,
            "stop_reason": .text(stop), "stop_sequence": .null, "stop_details": .null, "container": .null,
            "usage": usage(answer, output: stop == nil ? 1 : answer.completionTokens),
        ]
    }

    private func usage(_ answer: SimulatedAnswer, output: Int) -> JSONValue {
        [
            "input_tokens": .integer(answer.promptTokens), "output_tokens": .integer(output),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0, "cache_creation": .null, "server_tool_use": .null, "service_tier": "standard",
            "inference_geo": .null,
        ]
    }

    private func block(_ answer: SimulatedAnswer) -> JSONValue {
        guard let tool = answer.tool else { return ["type": "text", "text": .string(answer.text), "citations": .null] }
        return [
            "type": "tool_use", "id": "toolu_sandbox", "name": .string(tool.name), "input": tool.arguments,
            "caller": ["type": "direct"],
        ]
    }

    private func stop(_ answer: SimulatedAnswer) -> String {
        answer.tool != nil ? "tool_use" : answer.isCutOff ? "max_tokens" : "end_turn"
    }

    private func events(_ answer: SimulatedAnswer, _ model: String) -> [String] {
        let start = message(answer, model, content: [], stop: nil)
        var opening = block(answer)
        var deltas: [JSONValue] = answer.pieces.map { ["type": "text_delta", "text": .string($0)] }
        if let tool = answer.tool, case .object(var members) = opening {
            members["input"] = .object([:])
            opening = .object(members)
            let json = String(decoding: tool.arguments.bytes, as: UTF8.self)
            deltas = [["type": "input_json_delta", "partial_json": .string(json)]]
        } else if case .object(var members) = opening {
            members["text"] = ""
            opening = .object(members)
        }
        return [event("message_start", ["message": .object(start)])]
            + [event("content_block_start", ["index": 0, "content_block": opening]), event("ping", [:])]
            + deltas.map { event("content_block_delta", ["index": 0, "delta": $0]) }
            + [
                event("content_block_stop", ["index": 0]),
                event(
                    "message_delta",
                    [
                        "delta": [
                            "stop_reason": .string(stop(answer)), "stop_sequence": .null, "stop_details": .null,
                            "container": .null,
                        ],
                        "usage": usage(answer, output: answer.completionTokens),
                    ]),
                event("message_stop", [:]),
            ]
    }

    private func event(_ type: String, _ members: [String: JSONValue]) -> String {
        serverSentEvent(.object(members.merging(["type": .string(type)]) { _, new in new }), name: type)
    }
}
