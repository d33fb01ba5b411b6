/// What an HTTP status means for a chat request, the same for all providers unless a dialect knows better.
enum StatusRules {
    static func error(
        status: Int, code: String?, headers: RetryHeaders, refusedParameter: String? = nil
    ) -> ModelError {
        ModelError(
            kind(status, headers), httpStatus: status, reason: reason(status, code), refusedParameter: refusedParameter)
    }

    private static func kind(_ status: Int, _ headers: RetryHeaders) -> ModelError.Kind {
        if headers.shouldRetry == false, status != 401, status != 402, status != 403 { return .permanent }
        switch status {
        case 401, 402, 403: return .credentials
        case 408, 409, 429, 500: return .retry(after: headers.after)
        // 498: Groq's flex capacity; 529: Anthropic, OpenRouter; 524: OpenRouter behind its proxy.
        case 498, 501...599: return .overloaded(after: headers.after)
        default: return headers.shouldRetry == true ? .retry(after: headers.after) : .permanent
        }
    }

    /// The provider's code is quoted when it is one: words of it could hold anything.
    private static func reason(_ status: Int, _ code: String?) -> String {
        let isCode = code.map { !$0.isEmpty && $0.utf8.count <= 60 && $0.utf8.allSatisfy(isCodeByte) } ?? false
        let quoted = isCode ? code.map { " (\($0))" } ?? "" : ""
        let words =
            switch status {
            case 401, 403: "The provider refused the key"
            case 402: "The provider's account has no credit left"
            case 404: "The provider does not know the model"
            case 429: "The provider's rate limit is reached"
            case 500...599, 498: "The provider is failing or overloaded"
            default: "The provider refused the request"
            }
        return "\(words): HTTP \(status)\(quoted)."
    }

    private static func isCodeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Providers agree on no code for this; their sentences are recognised.
    static func saysTooLong(code: String?, message: String, status: Int) -> Bool {
        if code == "context_length_exceeded" || code == "request_too_large" || status == 413 { return true }
        guard status == 400 || status == 422 else { return false }
        let phrases = [
            "prompt is too long", "maximum context length", "context length", "context window", "input is too long",
            "input token count", "too large for model", "reduce the length of the messages", "max context",
        ]
        return phrases.contains { message.contains($0) }
    }

    /// Some models accept no temperature but their own, and only say so when asked.
    static func refusedParameter(_ named: String?, message: String, status: Int) -> String? {
        guard status == 400 || status == 422 else { return nil }
        return named == "temperature" || message.contains("temperature") ? "temperature" : nil
    }
}
