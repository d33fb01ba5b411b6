/// What a handler answers. `cookies` are complete `Set-Cookie` values.
package struct Response: Sendable, Equatable {
    package var status: Int
    package var headers: Headers
    package var cookies: [String]
    package var body: [UInt8]

    package init(status: Int, headers: Headers = Headers(), cookies: [String] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.cookies = cookies
        self.body = body
    }

    package static let noContent = Response(status: 204)

    package static func text(_ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8") -> Response
    {
        Response(status: status, headers: Headers([("content-type", type)]), body: Array(text.utf8))
    }

    package static func json(_ value: JSONValue, status: Int = 200) -> Response {
        Response(status: status, headers: Headers([("content-type", "application/json")]), body: value.bytes)
    }
}
