/// An HTTP API event in payload format 2.0, also what a Function URL delivers.
///
/// The runner builds it from a request (`HTTPEvent(_:...)`, `json()`); a function reads it (`HTTPEvent(_:)`,
/// `request(...)`). Names are those of the format.
package struct HTTPEvent: Sendable, Equatable {
    package var routeKey: String
    package var rawPath: String
    package var rawQueryString: String
    /// `name=value` pairs, taken out of the `cookie` header.
    package var cookies: [String]
    /// Lower-cased names; repeated fields joined with `,`.
    package var headers: [String: String]
    package var pathParameters: [String: String]
    package var body: String?
    package var isBase64Encoded: Bool
    package var context: Context

    /// `requestContext`; the fields of `requestContext.http` stand beside the others.
    package struct Context: Sendable, Equatable {
        package var accountID: String
        package var apiID: String
        package var domainName: String
        package var method: String
        package var path: String
        package var httpProtocol: String
        package var sourceIP: String
        package var userAgent: String
        package var requestID: String
        package var stage: String
        /// Milliseconds since 1970.
        package var timeEpoch: Int

        package init(
            accountID: String = "000000000000", apiID: String = "local", domainName: String, method: String,
            path: String, httpProtocol: String = "HTTP/1.1", sourceIP: String, userAgent: String, requestID: String,
            stage: String = "$default", timeEpoch: Int
        ) {
            self.accountID = accountID
            self.apiID = apiID
            self.domainName = domainName
            self.method = method
            self.path = path
            self.httpProtocol = httpProtocol
            self.sourceIP = sourceIP
            self.userAgent = userAgent
            self.requestID = requestID
            self.stage = stage
            self.timeEpoch = timeEpoch
        }
    }

    package init(
        routeKey: String, rawPath: String, rawQueryString: String = "", cookies: [String] = [],
        headers: [String: String] = [:], pathParameters: [String: String] = [:], body: String? = nil,
        isBase64Encoded: Bool = false, context: Context
    ) {
        self.routeKey = routeKey
        self.rawPath = rawPath
        self.rawQueryString = rawQueryString
        self.cookies = cookies
        self.headers = headers
        self.pathParameters = pathParameters
        self.body = body
        self.isBase64Encoded = isBase64Encoded
        self.context = context
    }
}

// MARK: Reading

extension HTTPEvent {
    /// `nil` when the payload is no HTTP event: it has no `requestContext.http`. Every member may be absent or null.
    package init?(_ json: JSONValue) {
        guard let context = json["requestContext"], let http = context["http"] else { return nil }
        func text(_ value: JSONValue?) -> String { value?.string ?? "" }
        self.init(
            routeKey: text(json["routeKey"]), rawPath: text(json["rawPath"]),
            rawQueryString: text(json["rawQueryString"]),
            cookies: json["cookies"]?.array?.compactMap(\.string) ?? [], headers: Self.strings(json["headers"]),
            pathParameters: Self.strings(json["pathParameters"]), body: json["body"]?.string,
            isBase64Encoded: json["isBase64Encoded"]?.bool ?? false,
            context: Context(
                accountID: text(context["accountId"]), apiID: text(context["apiId"]),
                domainName: text(context["domainName"]), method: text(http["method"]), path: text(http["path"]),
                httpProtocol: text(http["protocol"]), sourceIP: text(http["sourceIp"]),
                userAgent: text(http["userAgent"]), requestID: text(context["requestId"]),
                stage: context["stage"]?.string ?? "$default", timeEpoch: context["timeEpoch"]?.integer ?? 0))
    }

    private static func strings(_ json: JSONValue?) -> [String: String] {
        json?.object?.compactMapValues(\.string) ?? [:]
    }
}
