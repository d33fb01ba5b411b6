import Assistant
import Domain
import Outbound
import Support
import Testing

/// Every kind of refusal that a provider's documentation tells apart.
@Suite struct ModelErrorTests {
    private static func openAI(_ code: String, _ message: String = "m", param: String = "null") -> String {
        "{\"error\":{\"message\":\"\(message)\",\"type\":\"t\",\"param\":\(param),\"code\":\"\(code)\"}}"
    }
    private static func anthropic(_ type: String, _ message: String = "m") -> String {
        "{\"type\":\"error\",\"error\":{\"type\":\"\(type)\",\"message\":\"\(message)\"},\"request_id\":\"r\"}"
    }
    private static func gemini(_ code: Int, _ status: String, _ message: String = "m", details: String = "[]") -> String
    {
        "{\"error\":{\"code\":\(code),\"message\":\"\(message)\",\"status\":\"\(status)\",\"details\":\(details)}}"
    }

    @Test(arguments: [
        (ModelProviderName.openai, 401, openAI("invalid_api_key"), "credentials"),
        (.openai, 403, openAI("x"), "credentials"), (.openai, 404, openAI("model_not_found"), "permanent"),
        (.openai, 400, openAI("context_length_exceeded"), "contextTooLong"),
        (.groq, 413, openAI("rate_limit_exceeded", "Request too large for model"), "contextTooLong"),
        (
            .mistral, 400,
            "{\"message\":\"Prompt contains 9 tokens, too large for model with 8 maximum context length\"}",
            "contextTooLong"
        ),
        (.mistral, 422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"bad\",\"type\":\"v\"}]}", "permanent"),
        (.openai, 429, openAI("rate_limit_exceeded"), "retry(after: nil)"),
        (.openai, 429, openAI("insufficient_quota"), "credentials"), (.openai, 500, "oops", "retry(after: nil)"),
        (.openai, 503, "", "overloaded(after: nil)"), (.openai, 408, "", "retry(after: nil)"),
        (.openai, 409, "", "retry(after: nil)"),
        (.openai, 400, openAI("content_policy_violation"), "contentFiltered"), (.openai, 418, "", "permanent"),
        (.groq, 498, "", "overloaded(after: nil)"), (.openrouter, 402, openAI("402"), "credentials"),
        (.openrouter, 403, openAI("403"), "contentFiltered"), (.openrouter, 524, "", "overloaded(after: nil)"),
        (.deepseek, 402, openAI("x", "Insufficient Balance"), "credentials"),
        (.deepseek, 422, openAI("x"), "permanent"),
        (.huggingface, 402, "{\"error\":\"You have exceeded your monthly included credits\"}", "credentials"),
        (.huggingface, 503, "{\"error\":\"Model is loading\"}", "overloaded(after: nil)"),
        (
            .anthropic, 400, anthropic("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
            "contextTooLong"
        ),
        (.anthropic, 413, anthropic("request_too_large"), "contextTooLong"),
        (.anthropic, 400, anthropic("invalid_request_error", "Your credit balance is too low"), "credentials"),
        (.anthropic, 402, anthropic("billing_error"), "credentials"),
        (.anthropic, 401, anthropic("authentication_error"), "credentials"),
        (.anthropic, 404, anthropic("not_found_error"), "permanent"),
        (.anthropic, 429, anthropic("rate_limit_error"), "retry(after: nil)"),
        (.anthropic, 529, anthropic("overloaded_error"), "overloaded(after: nil)"),
        (.anthropic, 504, anthropic("timeout_error"), "overloaded(after: nil)"),
        (.gemini, 400, gemini(400, "INVALID_ARGUMENT", details: "[{\"reason\":\"API_KEY_INVALID\"}]"), "credentials"),
        (
            .gemini, 400, "[\(gemini(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum"))]",
            "contextTooLong"
        ),
        (
            .gemini, 429,
            gemini(
                429, "RESOURCE_EXHAUSTED",
                details: "[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"17s\"}]"),
            "retry(after: Optional(17.0))"
        ),
        (.gemini, 403, gemini(403, "PERMISSION_DENIED"), "credentials"),
        (.gemini, 503, gemini(503, "UNAVAILABLE"), "overloaded(after: nil)"),
        (.gemini, 404, gemini(404, "NOT_FOUND"), "permanent"),
        (.gemini, 429, "{\"error\":{\"details\":[{\"retryDelay\":\"soon\"}]}}", "retry(after: nil)"),
    ])
    func eachRefusalIsSortedByWhatToDo(_ name: ModelProviderName, _ status: Int, _ body: String, _ kind: String) async {
        let failure = await Sample.failure(name, status: status, body)
        #expect(failure.map { "\($0.kind)" } == kind)
        #expect(failure?.httpStatus == status)
    }

    @Test(arguments: [
        ([("retry-after", "3")], 3.0), ([("retry-after-ms", "250"), ("retry-after", "9")], 0.25),
        ([("retry-after", "nan")], nil),
        ([("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"), ("date", "Sun, 06 Nov 1994 08:49:37 GMT")], 10.0),
        ([("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")], nil), ([("retry-after", "-5")], 0.0),
    ])
    func theProvidersDelayIsRead(_ headers: [(String, String)], _ delay: Double?) async {
        let failure = await Sample.failure(
            .openai, status: 429, headers: headers.map { (name: $0.0, value: $0.1) }, "{}")
        #expect(failure?.kind == .retry(after: delay))
    }

    @Test func anthropicSaysWhetherToTryAgain() async {
        let no = await Sample.failure(
            .anthropic, status: 529, headers: [("x-should-retry", "false")], Self.anthropic("overloaded_error"))
        #expect(no?.kind == .permanent)
        let yes = await Sample.failure(
            .anthropic, status: 400, headers: [("x-should-retry", "true")], Self.anthropic("api_error"))
        #expect(yes?.kind == .retry(after: nil))
    }

    @Test(arguments: [
        (OutboundError.Code.timedOut, "timeout"), (.unreachable, "retry(after: nil)"), (.broken, "retry(after: nil)"),
        (.tooLarge, "garbage"), (.forbiddenAddress, "permanent"), (.badURL, "permanent"),
        (.tooManyRedirects, "permanent"),
    ])
    func theNetworksFailuresToo(_ code: OutboundError.Code, _ kind: String) async {
        let http = RecordingHTTP([.failure(OutboundError(code, detail: "sk-test host"))])
        let failure = await Sample.failure(.anthropic, http)
        #expect(failure.map { "\($0.kind)" } == kind)
        #expect(failure?.reason.contains("sk-test") == false)
    }

    /// OpenAI quotes part of the key in its message.
    @Test func noWordOfTheProvidersIsRepeated() async {
        let body = Self.openAI("Incorrect API key provided: sk-abc", "Incorrect API key provided: sk-abc")
        let failure = await Sample.failure(.openai, status: 401, body)
        #expect(failure?.reason == "The provider refused the key: HTTP 401.")
        let coded = await Sample.failure(.openai, status: 401, Self.openAI("invalid_api_key", "sk-abc"))
        #expect(coded?.reason == "The provider refused the key: HTTP 401 (invalid_api_key).")
    }
}
