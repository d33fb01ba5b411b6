import Foundation
package import Web

/// The host's side of the HTTP event form, written apart from the function's side so that the two check each other.
package enum HTTPEventWriter {
    package static func json(_ request: Request) -> [UInt8] {
        var event: [String: JSONValue] = [
            "version": .string("2.0"), "routeKey": .string("$default"), "rawPath": .string(request.path),
            "rawQueryString": .string(request.rawQuery), "headers": headers(request),
            "requestContext": context(request),
        ]
        let cookies = request.cookies.map { "\($0.key)=\($0.value)" }.sorted()
        if !cookies.isEmpty { event["cookies"] = .array(cookies.map(JSONValue.string)) }
        let isText = isText(request.headers["content-type"] ?? "")
        if !request.body.isEmpty {
            event["body"] = .string(
                isText ? String(decoding: request.body, as: UTF8.self) : Data(request.body).base64EncodedString())
        }
        event["isBase64Encoded"] = .bool(!isText && !request.body.isEmpty)
        return JSONValue.object(event).bytes
    }

    private static func headers(_ request: Request) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for name in Set(request.headers.fields.map(\.name)) {
            members[name] = request.headers[name].map(JSONValue.string)
        }
        return .object(members)
    }

    private static func context(_ request: Request) -> JSONValue {
        let http: [String: JSONValue] = [
            "method": .string(request.method.rawValue), "path": .string(request.path), "protocol": .string("HTTP/1.1"),
            "sourceIp": .string(request.sourceIP), "userAgent": .string(request.headers["user-agent"] ?? ""),
        ]
        return .object([
            "accountId": .string("000000000000"), "apiId": .string("test"), "domainName": .string("localhost"),
            "domainPrefix": .string("localhost"), "http": .object(http), "requestId": .string(UUID().uuidString),
            "routeKey": .string("$default"), "stage": .string("$default"),
            "time": .string("22/Nov/2026:17:40:34 +0000"), "timeEpoch": .integer(1_795_369_234_123),
        ])
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("application/json")
    }
}

package enum HTTPEventResponseReader {
    package static func response(_ bytes: [UInt8]) throws -> Response {
        let json = try JSONValue(parsing: bytes)
        guard let status = json["statusCode"]?.integer else { throw TestSetupError("an answer without statusCode") }
        let fields = (json["headers"]?.object ?? [:]).sorted { $0.key < $1.key }
        var body = Array((json["body"]?.string ?? "").utf8)
        if json["isBase64Encoded"]?.bool == true {
            guard let data = Data(base64Encoded: Data(body)) else { throw TestSetupError("a body that is no base64") }
            body = Array(data)
        }
        return Response(
            status: status, headers: Headers(fields.map { (name: $0.key, value: $0.value.string ?? "") }),
            cookies: json["cookies"]?.array?.compactMap(\.string) ?? [], body: body)
    }
}
