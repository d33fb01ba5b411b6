import Web

/// The faults of a model provider, in that provider's own words.
enum ModelDialect: Sendable {
    case openAI, anthropic, gemini

    /// `nil` when the call shall be answered normally.
    func answer(to fault: PlannedFault?) -> Reply? {
        guard let fault else { return nil }
        switch fault.kind {
        case .rateLimited:
            return refusal(429, "rate_limit", "Rate limit reached (sandbox).", retryAfter: fault.retryAfter ?? 1)
        case .serverError: return refusal(fault.status ?? 500, "server_error", "The sandbox was asked to fail.")
        case .refused: return refusal(fault.status ?? 400, "invalid_request", "The sandbox was asked to refuse.")
        case .garbage: return .whole(.text("<!doctype html><p>Bad gateway", status: 200, type: "text/html"))
        case .hang, .timeoutBeforeAcceptance, .timeoutAfterAcceptance:
            return .silence(seconds: min(fault.seconds ?? 60, 120))
        default: return nil
        }
    }

    func refusal(_ status: Int, _ kind: String, _ message: String, retryAfter: Int? = nil) -> Reply {
        let headers = retryAfter.map { [(name: "retry-after", value: "\($0)")] } ?? []
        return .json(body(status, kind, message, retryAfter), status: status, headers: headers)
    }

    private func body(_ status: Int, _ kind: String, _ message: String, _ retryAfter: Int?) -> JSONValue {
        switch self {
        case .openAI:
            let type = status == 429 ? "requests" : status >= 500 ? "server_error" : "invalid_request_error"
            let code: JSONValue = status == 401 ? "invalid_api_key" : status == 429 ? "rate_limit_exceeded" : .null
            return ["error": ["message": .string(message), "type": .string(type), "param": .null, "code": code]]
        case .anthropic:
            let types = [
                400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error",
                429: "rate_limit_error",
                529: "overloaded_error",
            ]
            return [
                "type": "error", "error": ["type": .string(types[status] ?? "api_error"), "message": .string(message)],
                "request_id": "req_sandbox",
            ]
        case .gemini:
            let names = [
                400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
                503: "UNAVAILABLE",
            ]
            let retry: JSONValue = [
                "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .string("\(retryAfter ?? 1)s"),
            ]
            return [
                "error": [
                    "code": .integer(status), "message": .string(message),
                    "status": .string(names[status] ?? "INTERNAL"),
                    "details": status == 429 ? [retry] : [],
                ]
            ]
        }
    }
}

extension Reply {
    /// Server-sent events, all at hand. `cut` leaves the stream unfinished, as a broken connection does.
    static func events(_ events: [String], cut: Bool) -> Reply {
        let shown = cut ? Array(events.prefix(max(1, events.count / 2))) : events
        let chunks = AsyncStream<[UInt8]> { continuation in
            for event in shown { continuation.yield(Array(event.utf8)) }
            continuation.finish()
        }
        let headers = Headers([
            (name: "content-type", value: "text/event-stream"), (name: "cache-control", value: "no-cache"),
        ])
        return .stream(status: 200, headers: headers, chunks: chunks)
    }
}

/// One event of a stream.
func serverSentEvent(_ value: JSONValue, name: String? = nil) -> String {
    (name.map { "event: \($0)\n" } ?? "") + "data: \(String(decoding: value.bytes, as: UTF8.self))\n\n"
}
