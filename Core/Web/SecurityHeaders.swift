/// Headers that every answer carries. A handler that set one of them itself keeps its own.
package struct SecurityHeaders: Sendable {
    private let fields: [(name: String, value: String)]

    /// `isHTTPS`: the installation is reached over TLS, so that browsers may be told to insist on it.
    package init(isHTTPS: Bool) {
        let transport = isHTTPS ? [("strict-transport-security", "max-age=31536000; includeSubDomains")] : []
        fields =
            [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("x-frame-options", "DENY"),
            ] + transport
    }

    package func add(to response: inout Response, requestID: String) {
        for field in fields where response.headers[field.name] == nil {
            response.headers.add(field.name, field.value)
        }
        if response.headers["content-security-policy"] == nil {
            response.headers.add("content-security-policy", policy(for: response))
        }
        response.headers.add("x-request-id", requestID)
    }

    /// Nothing that is not a page needs to load or be framed; a page names what it needs itself.
    private func policy(for response: Response) -> String {
        let isPage = ContentType.essence(response.headers["content-type"]) == "text/html"
        return isPage
            ? "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
            : "default-src 'none'; frame-ancestors 'none'"
    }
}
