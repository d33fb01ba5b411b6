import Assistant
import Domain
import Outbound
import Support
import Testing

/// Answers as providers really send them, and as broken ones do.
@Suite struct DialectAnswerTests {
    private func text(_ name: ModelProviderName, _ body: String) async throws -> ModelAnswer {
        try await #require(Sample.provider(name, RecordingHTTP(body))).complete(Sample.request)
    }

    @Test(arguments: [
        "\n\n  \(Sample.openAIAnswer)", ": keep-alive\n\n: OPENROUTER PROCESSING\n\(Sample.openAIAnswer)",
    ])
    func keepAliveLinesBeforeTheAnswerAreSkipped(_ body: String) async throws {
        #expect(try await text(.openrouter, body).text == "Hello!")
    }

    @Test func mistralMaySendChunks() async throws {
        let body = """
            {"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"A"},
            {"type":"text","text":"B"}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}
            """
        #expect(try await text(.mistral, body).text == "AB")
    }

    @Test func deepSeekCountsCacheHitsInItsOwnWay() async throws {
        let body = """
            {"choices":[{"message":{"content":"x","reasoning_content":"long thought"},"finish_reason":"length"}],
            "usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":6}}
            """
        let answer = try await text(.deepseek, body)
        #expect(answer.text == "x" && answer.isCut)
        #expect(answer.usage == TokenUsage(input: 10, cachedInput: 6, output: 2))
    }

    @Test(arguments: [
        "{\"choices\":[{\"message\":{\"content\":\"12345678\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"12345678\"}}],\"usage\":{\"prompt_tokens\":\"many\",\"completion_tokens\":-4}}",
    ])
    func withoutUsageTokensAreEstimatedAndMarked(_ body: String) async throws {
        let usage = try await text(.huggingface, body).usage
        #expect(usage.isEstimate && usage.output == 2 && usage.input > 5)
    }

    @Test(arguments: [
        (ModelProviderName.openai, "", "garbage"), (.openai, "<html>502</html>", "garbage"), (.openai, "[]", "garbage"),
        (.openai, "null", "garbage"), (.openai, "{\"choices\":[]}", "garbage"),
        (.openai, "{\"choices\":\"no\"}", "garbage"),
        (.openai, "{\"choices\":[{\"message\":null}]}", "garbage"), (.openai, "{\"choices\":[{}", "garbage"),
        (.anthropic, "{\"content\":\"text\"}", "garbage"), (.anthropic, "{}", "garbage"), (.gemini, "{}", "garbage"),
        (.gemini, "{\"candidates\":[{\"finishReason\":\"MALFORMED_RESPONSE\"}]}", "garbage"),
        (.gemini, "{\"candidates\":[{\"finishReason\":\"SOMETHING_NEW\"}]}", "garbage"),
        (.gemini, "{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}", "contentFiltered"),
        (
            .gemini, "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":9}}",
            "contentFiltered"
        ),
        (.anthropic, "{\"content\":[],\"stop_reason\":\"refusal\"}", "contentFiltered"),
        (
            .openai, "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"content_filter\"}]}",
            "contentFiltered"
        ),
        (
            .openai, "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"No.\"},\"finish_reason\":\"stop\"}]}",
            "contentFiltered"
        ),
        (
            .mistral, "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"error\"}]}",
            "retry(after: nil)"
        ),
        (.openrouter, "{\"error\":{\"code\":502,\"message\":\"upstream\"}}", "overloaded(after: nil)"),
        (.openrouter, "{\"error\":{\"code\":429,\"message\":\"slow down\"}}", "retry(after: nil)"),
    ])
    func aBodyThatIsNoAnswerIsATypedError(_ name: ModelProviderName, _ body: String, _ kind: String) async {
        let failure = await Sample.failure(name, status: 200, body)
        #expect(failure.map { "\($0.kind)" } == kind)
        #expect(failure?.reason.isEmpty == false)
    }

    @Test func filteredPromptsStillCost() async {
        let body = "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":9}}"
        #expect(await Sample.failure(.gemini, status: 200, body)?.usage == TokenUsage(input: 9, output: 0))
    }
}
