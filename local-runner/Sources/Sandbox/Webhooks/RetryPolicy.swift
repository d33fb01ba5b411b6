/// Twilio's time-outs and retries for one webhook URL, with the overrides that a URL's fragment may carry
/// (`#ct=2000&rc=2&rp=all`, milliseconds).
struct RetryPolicy: Sendable, Equatable {
    var connect = 5.0
    var total = 15.0
    var retries = 1
    var retriesTimeouts = false
    var retriesClientErrors = false
    var retriesServerErrors = false

    /// The URL without its fragment, and what the fragment says.
    static func split(_ url: String) -> (url: String, policy: RetryPolicy) {
        guard let hash = url.firstIndex(of: "#") else { return (url, RetryPolicy()) }
        var policy = RetryPolicy()
        for pair in url[url.index(after: hash)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { policy.apply(parts[0], parts[1]) }
        }
        return (String(url[..<hash]), policy)
    }

    private mutating func apply(_ name: Substring, _ value: Substring) {
        switch name {
        case "ct": connect = Self.seconds(value, atMost: 10) ?? connect
        case "rt", "tt": total = Self.seconds(value, atMost: 15) ?? total
        case "rc": retries = min(max(Int(value) ?? retries, 0), 5)
        case "rp":
            let words = value.split(separator: ",")
            retriesTimeouts = words.contains("rt") || words.contains("all")
            retriesClientErrors = words.contains("4xx") || words.contains("all")
            retriesServerErrors = words.contains("5xx") || words.contains("all")
        default: break
        }
    }

    /// Of milliseconds; `nil` for what is no time-out.
    private static func seconds(_ milliseconds: Substring, atMost most: Double) -> Double? {
        guard let value = Double(milliseconds), value.isFinite, value >= 0 else { return nil }
        return min(value / 1_000, most)
    }

    func retries(after result: Result<WebhookAnswer, WebhookFailure>) -> Bool {
        switch result {
        case .failure(.notConnected): true
        case .failure(.noAnswer): retriesTimeouts
        case .failure: false
        case .success(let answer):
            retriesClientErrors && (400..<500).contains(answer.status) || retriesServerErrors && answer.status >= 500
        }
    }
}
