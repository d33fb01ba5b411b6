/// A `Fault` as an RFC 9457 problem document.
package enum Problem {
    package static func response(_ fault: Fault, requestID: String) -> Response {
        var json = JSONText()
        json.object { json in
            json.member("type", "urn:parley:problem:\(fault.code)")
            json.member("title", title(fault.status))
            json.member("status", fault.status)
            json.member("detail", fault.detail)
            if let field = fault.field { json.member("field", field) }
            json.member("request_id", requestID)
        }
        var headers = Headers([("content-type", "application/problem+json")])
        if let seconds = fault.retryAfter { headers.add("retry-after", String(seconds)) }
        if fault.status == 405 { headers.add("allow", fault.allowedMethods.joined(separator: ", ")) }
        return Response(status: fault.status, headers: headers, body: json.bytes)
    }

    /// What an error that is no `Fault` looks like from outside: its request id and nothing else.
    package static func internalError(requestID: String) -> Response {
        response(Fault(status: 500, code: "internal", detail: "Something went wrong here."), requestID: requestID)
    }

    /// Reason phrases of RFC 9110 section 15 for the statuses in use.
    private static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 410: "Gone"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: status < 500 ? "Request Error" : "Server Error"
        }
    }
}
