import Assistant
import Domain
import Outbound
import Support

enum Sample {
    static let request = ModelRequest(
        model: "m-1", system: "Be \"brief\".",
        messages: [
            ModelMessage(role: .assistant, text: "Welcome"), ModelMessage(role: .user, text: "Hi"),
            ModelMessage(role: .user, text: "Olá\n\u{1F44B}"), ModelMessage(role: .assistant, text: "Yes?"),
            ModelMessage(role: .user, text: "Price?"),
        ], temperature: 0.25, maximumOutput: 300, timeout: 7)

    static let openAIAnswer = """
        {"id":"c1","object":"chat.completion","created":1,"model":"m-1-dated","choices":[{"index":0,"message":{"role":"assistant",
        "content":"Hello!"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,
        "prompt_tokens_details":{"cached_tokens":40}}}
        """
    static let anthropicAnswer = """
        {"id":"msg_1","type":"message","role":"assistant","model":"m-1-dated","content":[{"type":"thinking","thinking":"hm"},
        {"type":"text","text":"Hel"},{"type":"text","text":"lo!"}],"stop_reason":"end_turn","usage":{"input_tokens":50,
        "cache_read_input_tokens":40,"cache_creation_input_tokens":10,"output_tokens":20}}
        """
    static let geminiAnswer = """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"secret thought","thought":true},{"text":"Hello!"}]},
        "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":15,
        "thoughtsTokenCount":5,"totalTokenCount":120},"modelVersion":"m-1-dated"}
        """

    static func answer(of name: ModelProviderName) -> String {
        switch name {
        case .anthropic: anthropicAnswer
        case .gemini: geminiAnswer
        default: openAIAnswer
        }
    }

    static func provider(_ name: ModelProviderName, _ http: RecordingHTTP, _ environment: [String: String] = [:])
        -> ModelProvider?
    {
        .live(ProviderSettings(name, environment: environment), key: "sk-test", http: http.client)
    }

    /// The error that an answer becomes.
    static func failure(
        _ name: ModelProviderName, status: Int, headers: [(name: String, value: String)] = [], _ body: String
    ) async -> ModelError? {
        await failure(name, RecordingHTTP(status, headers: headers, body))
    }

    static func failure(_ name: ModelProviderName, _ http: RecordingHTTP) async -> ModelError? {
        do throws(ModelError) {
            _ = try await provider(name, http)?.complete(request)
            return nil
        } catch {
            return error
        }
    }
}
