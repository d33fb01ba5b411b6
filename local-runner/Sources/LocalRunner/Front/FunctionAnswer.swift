import NIOCore
import NIOHTTP1
import Web

/// A function's output as an HTTP answer.
struct FunctionAnswer {
    var status: HTTPResponseStatus
    var headers: [(String, String)]
    var body: ByteBuffer

    /// - Parameter contentType: how the function posted its output; the streaming prelude is recognized by it.
    /// - Returns: `nil` when the output is no usable answer: the gateway's 500.
    init?(output: ByteBuffer, contentType: String?) {
        if contentType?.hasPrefix("application/vnd.awslambda.http-integration-response") == true {
            self.init(streamed: output)
        } else {
            self.init(buffered: output)
        }
    }

    private init?(buffered output: ByteBuffer) {
        guard let json = try? JSONValue(parsing: Array(output.readableBytesView)) else { return nil }
        guard let status = json["statusCode"] else {
            // JSON without a status code is the body itself; a bare string stands without its quotes.
            let body = json.string.map { ByteBuffer(string: $0) } ?? output
            self.init(status: .ok, headers: [("content-type", "application/json")], body: body)
            return
        }
        guard let body = Self.body(json), let code = status.integer else { return nil }
        self.init(code, json, body: body)
    }

    private static func body(_ json: JSONValue) -> ByteBuffer? {
        guard let value = json["body"] else { return ByteBuffer() }
        guard let text = value.string else { return nil }
        guard json["isBase64Encoded"]?.bool == true else { return ByteBuffer(string: text) }
        return base64Decoded(text).map { ByteBuffer(bytes: $0) }
    }

    /// JSON prelude, eight NUL bytes, body.
    private init?(streamed output: ByteBuffer) {
        let view = output.readableBytesView
        guard let separator = view.firstRange(of: [UInt8](repeating: 0, count: 8)),
            let json = try? JSONValue(parsing: Array(view[..<separator.lowerBound]))
        else { return nil }
        self.init(json["statusCode"]?.integer ?? 200, json, body: ByteBuffer(bytes: view[separator.upperBound...]))
    }

    private init?(_ code: Int, _ output: JSONValue, body: ByteBuffer) {
        guard (200...599).contains(code) else { return nil }
        var headers: [(String, String)] = []
        for (name, value) in output["headers"]?.object ?? [:] where !Self.isFraming(name) {
            guard Self.isFieldName(name), let text = Self.text(value), Self.isFieldValue(text) else { return nil }
            headers.append((name.lowercased(), text))
        }
        if body.readableBytes > 0, !headers.contains(where: { $0.0 == "content-type" }) {
            headers.append(("content-type", "text/plain;charset=utf-8"))
        }
        for cookie in output["cookies"]?.array ?? [] {
            guard let text = cookie.string, Self.isFieldValue(text) else { return nil }
            headers.append(("set-cookie", text))
        }
        self.init(status: HTTPResponseStatus(statusCode: code), headers: headers, body: body)
    }

    /// Header values are strings; numbers and booleans are taken as their text.
    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        case .array, .null, .number, .object: nil
        }
    }

    private init(status: HTTPResponseStatus, headers: [(String, String)], body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The connection is the host's business.
    private static func isFraming(_ name: String) -> Bool {
        ["content-length", "transfer-encoding", "connection", "keep-alive"].contains(name.lowercased())
    }

    private static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }
    }

    /// A line break would let a function's data write headers of its own.
    private static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 9 }
    }
}
