import FoundationEssentials
package import NIOCore
package import Web

/// What a server says when it serves no request. One form for all of its reasons, and the one in which functions answer.
package struct HTTPRefusal: Sendable {
    package var status: Int
    package var headers: [(String, String)]
    package var body: ByteBuffer

    package init(status: Int, headers: [(String, String)], body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A problem document (RFC 9457).
    package static func problem(_ fault: Fault) -> HTTPRefusal {
        let id = UUID().uuidString.lowercased()
        let response = Problem.response(fault, requestID: id)
        return HTTPRefusal(
            status: response.status,
            headers: response.headers.fields.map { ($0.name, $0.value) } + [
                ("cache-control", "no-store"), ("x-content-type-options", "nosniff"), ("x-request-id", id),
            ],
            body: ByteBuffer(bytes: response.body))
    }
}
