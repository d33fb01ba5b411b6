package import FoundationEssentials

/// An HTTP request as a handler sees it, whatever carried it: a Lambda event, a test, or another process.
package struct Request: Sendable {
    package var method: Method
    /// Decoded by nobody: the path as it was sent, without the query.
    package var path: String
    /// The bytes after `?`, unchanged; empty when there is no query. Signatures are computed over this.
    package var rawQuery: String
    package var headers: Headers
    package var cookies: [String: String]
    package var body: [UInt8]
    /// The peer's address, or the one a trusted proxy forwarded.
    package var sourceIP: String
    /// One per invocation; every log line and every problem answer carries it.
    package var requestID: String
    /// Values of `{name}` in the matched route, percent-decoded. Filled by the router.
    package var pathParameters: [String: String] = [:]
    /// The host kills the process at this instant; real time. `nil` outside a host.
    package var deadline: Date?

    package init(
        method: Method, path: String, rawQuery: String = "", headers: Headers = Headers(),
        cookies: [String: String] = [:], body: [UInt8] = [], sourceIP: String = "127.0.0.1", requestID: String = ""
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.headers = headers
        self.cookies = cookies
        self.body = body
        self.sourceIP = sourceIP
        self.requestID = requestID
    }

    package enum Method: String, Sendable, CaseIterable {
        case delete = "DELETE"
        case get = "GET"
        case head = "HEAD"
        case options = "OPTIONS"
        case patch = "PATCH"
        case post = "POST"
        case put = "PUT"
    }
}

/// Header fields with case-insensitive names; a repeated field keeps every value in order.
package struct Headers: Sendable, Equatable {
    package private(set) var fields: [(name: String, value: String)] = []

    package init(_ fields: [(name: String, value: String)] = []) {
        for field in fields { add(field.name, field.value) }
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append((name.lowercased(), value))
    }

    /// All values of the field joined with `,` as RFC 9110 5.3 has it; `nil` when it is absent.
    package subscript(_ name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    package func all(_ name: String) -> [String] {
        let lowered = name.lowercased()
        return fields.filter { $0.name == lowered }.map(\.value)
    }

    package static func == (left: Headers, right: Headers) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}
