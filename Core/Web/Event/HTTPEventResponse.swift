import FoundationEssentials

/// A function's answer in payload format 2.0.
package enum HTTPEventResponse {
    /// The JSON that a function posts. Bodies that are text and valid UTF-8 stay readable; others go in base64.
    package static func json(_ response: Response) -> [UInt8] {
        var json = JSONText(capacity: response.body.count + 1024)
        json.object { json in
            json.member("statusCode", response.status)
            json.name("headers")
            json.object { headers(response, into: &$0) }
            let cookies = response.cookies + response.headers.all("set-cookie")
            if !cookies.isEmpty {
                json.name("cookies")
                json.array { json in cookies.forEach { json.string($0) } }
            }
            body(response, into: &json)
        }
        return json.bytes
    }

    private static func headers(_ response: Response, into json: inout JSONText) {
        var fields = JoinedFields(capacity: response.headers.fields.count)
        for (name, value) in response.headers.fields where name != "set-cookie" { fields.add(name, value) }
        for (name, value) in fields.all { json.member(name, value) }
    }

    private static func body(_ response: Response, into json: inout JSONText) {
        if ContentType.isText(response.headers["content-type"]) || response.body.isEmpty,
            let text = String(validating: response.body, as: UTF8.self)
        {
            json.member("body", text)
            json.member("isBase64Encoded", false)
        } else {
            json.member("body", Data(response.body).base64EncodedString())
            json.member("isBase64Encoded", true)
        }
    }
}
