import NIOHTTP1

/// CORS as an HTTP API has it: once configured, the gateway answers preflights and sets the headers; what functions say
/// about it is ignored.
struct CORS: Sendable, Equatable {
    /// Origins that may call from a browser; `*` allows any, without credentials.
    var origins: Set<String>
    var maximumAge = 600

    /// `CORS_ORIGINS`: comma-separated origins; `nil` when none is named.
    init?(_ text: String?) {
        let origins = (text ?? "").split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        guard !origins.isEmpty else { return nil }
        self.origins = Set(origins)
    }

    static func isPreflight(_ head: HTTPRequestHead) -> Bool {
        head.method == .OPTIONS && head.headers.contains(name: "origin")
            && head.headers.contains(name: "access-control-request-method")
    }

    /// Headers for the answer to a request from this origin; empty when it is not allowed.
    func headers(origin: String?) -> [(String, String)] {
        guard let origin else { return [] }
        if origins.contains(origin) {
            return [
                ("access-control-allow-origin", origin), ("access-control-allow-credentials", "true"),
                ("vary", "origin"),
            ]
        }
        return origins.contains("*") ? [("access-control-allow-origin", "*")] : []
    }

    func preflight(_ head: HTTPRequestHead) -> [(String, String)] {
        let allowed = headers(origin: head.headers.first(name: "origin"))
        guard !allowed.isEmpty else { return [] }
        var answer = allowed
        answer.append(("access-control-allow-methods", "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS"))
        if let wanted = head.headers.first(name: "access-control-request-headers") {
            answer.append(("access-control-allow-headers", wanted))
        }
        answer.append(("access-control-max-age", String(maximumAge)))
        return answer
    }

    static func isCORS(_ name: String) -> Bool { name.hasPrefix("access-control-") }
}
