struct LoopbackRequest {
    var method: String
    var path: String
    var headers: [(name: String, value: String)] = []
    /// `nil` for a request without content, which then has no `Content-Length` either.
    var body: [UInt8]?

    func bytes(host: String, port: String, prefix: String) -> [UInt8] {
        var head = "\(method) \(prefix)\(path) HTTP/1.1\r\nHost: \(host):\(port)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        head += "\r\n"
        return Array(head.utf8) + (body ?? [])
    }
}

struct LoopbackResponse: Equatable {
    var status: Int
    /// Names lower-cased; the last of a repeated field counts.
    var headers: [String: String]
    var body: [UInt8]

    /// The peer will close the connection after this answer.
    var closes: Bool { headers["connection"]?.lowercased() == "close" }
}

enum LoopbackError: Error, Equatable {
    case badAuthority
    /// No connection could be made.
    case unreachable
    /// The peer closed the connection before the first byte of an answer.
    case closed
    /// The peer closed the connection within an answer.
    case truncated
    case timedOut
    /// The answer is no HTTP/1.1, or its headers exceed their bounds.
    case malformed
    /// The answer's fields say whose it was.
    case tooLarge(headers: [String: String])
}
