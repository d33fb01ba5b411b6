import Assistant
import Domain
import Outbound
import Support
import Testing

/// The exact bytes that leave for each provider.
@Suite struct DialectRequestTests {
    private static let messages = """
        "messages":[{"content":"Be \\"brief\\".","role":"system"},{"content":"(The customer opened the chat.)","role":"user"},\
        {"content":"Welcome","role":"assistant"},{"content":"Hi\\nOlá\\n\u{1F44B}","role":"user"},{"content":"Yes?","role":"assistant"},{"content":"Price?","role":"user"}],"model":"m-1","temperature":0.25}
        """
    private static let newLimit = "{\"max_completion_tokens\":300,\(messages)"
    private static let oldLimit = "{\"max_tokens\":300,\(messages)"

    @Test(arguments: [
        (ModelProviderName.openai, "https://api.openai.com/v1/chat/completions", newLimit),
        (.groq, "https://api.groq.com/openai/v1/chat/completions", newLimit),
        (.openrouter, "https://openrouter.ai/api/v1/chat/completions", newLimit),
        (.sambanova, "https://api.sambanova.ai/v1/chat/completions", newLimit),
        (.mistral, "https://api.mistral.ai/v1/chat/completions", oldLimit),
        (.huggingface, "https://router.huggingface.co/v1/chat/completions", oldLimit),
        (.deepseek, "https://api.deepseek.com/chat/completions", oldLimit),
        (
            .anthropic, "https://api.anthropic.com/v1/messages",
            """
            {"max_tokens":300,"messages":[{"content":"(The customer opened the chat.)","role":"user"},\
            {"content":"Welcome","role":"assistant"},{"content":"Hi\\nOlá\\n\u{1F44B}","role":"user"},{"content":"Yes?","role":"assistant"},\
            {"content":"Price?","role":"user"}],"model":"m-1","system":"Be \\"brief\\".","temperature":0.25}
            """
        ),
        (
            .gemini, "https://generativelanguage.googleapis.com/v1beta/models/m-1:generateContent",
            """
            {"contents":[{"parts":[{"text":"(The customer opened the chat.)"}],"role":"user"},\
            {"parts":[{"text":"Welcome"}],"role":"model"},{"parts":[{"text":"Hi\\nOlá\\n\u{1F44B}"}],"role":"user"},{"parts":[{"text":"Yes?"}],"role":"model"},\
            {"parts":[{"text":"Price?"}],"role":"user"}],"generationConfig":{"maxOutputTokens":300,"temperature":0.25},\
            "systemInstruction":{"parts":[{"text":"Be \\"brief\\"."}]}}
            """
        ),
    ])
    func eachProviderGetsItsOwnDialect(_ name: ModelProviderName, _ url: String, _ body: String) async throws {
        let http = RecordingHTTP(Sample.answer(of: name))
        let answer = try await #require(Sample.provider(name, http)).complete(Sample.request)
        let request = try #require(http.requests.first)
        #expect(request.method == "POST")
        #expect(request.url == url)
        #expect(String(decoding: request.body, as: UTF8.self) == body)
        #expect(request.timeout == 7)
        #expect(request.redirects == 0, "a redirect must not carry a key away")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name.lowercased(), $0.value) })
        #expect(headers["content-type"] == "application/json")
        switch name {
        case .anthropic: #expect(headers["x-api-key"] == "sk-test" && headers["anthropic-version"] == "2023-06-01")
        case .gemini: #expect(headers["x-goog-api-key"] == "sk-test")
        default: #expect(headers["authorization"] == "Bearer sk-test")
        }
        #expect(answer.text == "Hello!")
        #expect(answer.model == "m-1-dated")
        // Cached tokens are part of the input whichever way the provider counts; thinking is part of the output.
        let written = name == .anthropic ? 10 : 0
        #expect(answer.usage == TokenUsage(input: 100, cachedInput: 40, cacheWrite: written, output: 20))
    }

    @Test func theEnvironmentMovesAProvider() async throws {
        let http = RecordingHTTP(Sample.openAIAnswer)
        let settings = ProviderSettings(
            .groq, environment: ["GROQ_BASE_URL": "http://127.0.0.1:9/g/", "GROQ_API_KEY": "k", "GROQ_MODEL": "x"])
        #expect(settings.key == "k" && settings.defaultModel == "x")
        let provider = try #require(ModelProvider.live(settings, key: "k", http: http.client))
        _ = try await provider.complete(Sample.request)
        #expect(http.requests.first?.url == "http://127.0.0.1:9/g/chat/completions")
        #expect(ProviderSettings(.groq, environment: ["GROQ_API_KEY": ""]).key == nil)
    }

    @Test(arguments: [
        ("models/gemini-2.5-flash", "gemini-2.5-flash"), ("../../v1/keys?x=", "..%2F..%2Fv1%2Fkeys%3Fx%3D"),
        ("é", "%C3%A9"),
    ])
    func aModelNameStaysOnePathSegment(_ model: String, _ segment: String) async throws {
        let http = RecordingHTTP(Sample.geminiAnswer)
        var request = Sample.request
        request.model = model
        _ = try await #require(Sample.provider(.gemini, http)).complete(request)
        #expect(http.requests.first?.url.hasSuffix("/v1beta/models/\(segment):generateContent") == true)
    }
}
