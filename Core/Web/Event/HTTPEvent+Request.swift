import FoundationEssentials

extension HTTPEvent {
    /// The request that the event carries. `sourceIP` is the peer's; `TrustedProxies` decides what else counts.
    ///
    /// Throws a `Fault` for a method that nothing here knows, a body that is no base64 although it says so, or one above `bodyLimit` bytes.
    package func request(requestID: String, bodyLimit: Int) throws(Fault) -> Request {
        guard let method = Request.Method(rawValue: context.method) else { throw Fault.unknownMethod }
        // Hosts that leave the cookie among the headers exist.
        let isCookie = { (field: (key: String, value: String)) in field.key.lowercased() == "cookie" }
        let fields = headers.filter { !isCookie($0) }.sorted { $0.key < $1.key }
        return Request(
            method: method, path: pathWithoutStage, rawQuery: rawQueryString,
            headers: Headers(fields.map { (name: $0.key, value: $0.value) }),
            cookies: Cookies.parse(cookies + headers.filter(isCookie).values), body: try decodedBody(limit: bodyLimit),
            sourceIP: context.sourceIP, requestID: requestID)
    }

    /// HTTP APIs put the stage's name before the path unless the stage is `$default`.
    private var pathWithoutStage: String {
        let prefix = "/" + context.stage
        guard context.stage != "$default", rawPath == prefix || rawPath.hasPrefix(prefix + "/") else {
            return rawPath.isEmpty ? "/" : rawPath
        }
        return rawPath == prefix ? "/" : String(rawPath.dropFirst(prefix.count))
    }

    private func decodedBody(limit: Int) throws(Fault) -> [UInt8] {
        guard let body else { return [] }
        guard isBase64Encoded else {
            guard body.utf8.count <= limit else { throw Fault.tooLarge }
            return Array(body.utf8)
        }
        guard body.utf8.count / 4 * 3 <= limit + 2 else { throw Fault.tooLarge }
        guard let data = Data(base64Encoded: body) else { throw Fault.malformed("The body is no valid base64.") }
        guard data.count <= limit else { throw Fault.tooLarge }
        return Array(data)
    }
}
