/// How a request changes from one hop to the next (RFC 9110 15.4).
enum Redirect {
    /// Headers that say nothing about who asks; everything else stays with the host it was meant for. An allow list, since
    /// each provider puts its key into a header of its own.
    private static let harmless: Set<String> = ["accept", "accept-language", "content-type", "user-agent"]

    static func isRedirect(_ status: Int) -> Bool {
        [301, 302, 303, 307, 308].contains(status)
    }

    static func follow(
        _ request: OutboundRequest, status: Int, from: Target, to: Target
    ) throws(OutboundError) -> OutboundRequest {
        guard from.scheme == "http" || to.scheme == "https" else {
            throw OutboundError(.broken, detail: "a redirect leaves https")
        }
        var next = request
        next.url = to.url
        if !from.isSameOrigin(as: to) {
            next.headers = next.headers.filter { harmless.contains($0.name.lowercased()) }
        }
        let becomesGet = status == 303 || (status != 307 && status != 308 && request.method == "POST")
        if becomesGet && request.method != "HEAD" {
            next.method = "GET"
            next.body = []
            next.upload = nil
            next.headers = next.headers.filter { $0.name.lowercased() != "content-type" }
        }
        return next
    }
}
