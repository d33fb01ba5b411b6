/// Requests to providers. A struct of closures: production links `HTTPClient.live` (libcurl), tests pass their own.
package struct HTTPClient: Sendable {
    /// Sends one request and reads the whole answer. Never retries: retry rules belong to the caller, who knows what is safe.
    package var send: @Sendable (OutboundRequest) async throws(OutboundError) -> OutboundResponse

    package init(send: @escaping @Sendable (OutboundRequest) async throws(OutboundError) -> OutboundResponse) {
        self.send = send
    }
}

package struct OutboundRequest: Sendable {
    package var method: String
    /// Absolute `http` or `https` URL.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// In place of `body`, for what is too large to be held.
    package var upload: OutboundUpload?
    /// Takes the body of an answer with status 200 piece by piece, in place of `OutboundResponse.body`; false ends the request. Of any
    /// other answer the body holds the first few kilobytes.
    /// Called on the transfer's own thread, in order.
    package var receive: (@Sendable ([UInt8]) -> Bool)?
    /// From the first byte of the connection to the last byte of the answer, seconds.
    package var timeout: Double
    /// Bytes; a longer answer is an error, not a truncation.
    package var maximumResponse: Int
    /// How many redirects to follow; the Authorization header never follows to another host.
    package var redirects: Int
    /// The address was chosen by an organization or its customers, not by whoever runs this installation: what may be reached in the
    /// house is then a list of its own (`HTTPClient.live`).
    package var isAddressForeign: Bool

    package init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        upload: OutboundUpload? = nil, receive: (@Sendable ([UInt8]) -> Bool)? = nil, timeout: Double = 15,
        maximumResponse: Int = 1 << 20, redirects: Int = 0, isAddressForeign: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.upload = upload
        self.receive = receive
        self.timeout = timeout
        self.maximumResponse = maximumResponse
        self.redirects = redirects
        self.isAddressForeign = isAddressForeign
    }
}

package struct OutboundResponse: Sendable {
    package var status: Int
    /// Names lower-cased, in order of arrival.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }
}

/// Why a request got no answer. `mayHaveArrived` decides whether repeating it is safe.
package struct OutboundError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package enum Code: String, Sendable {
        /// The URL is malformed or not http(s).
        case badURL
        /// The address is private, loopback or link-local and not configured as allowed.
        case forbiddenAddress
        /// No connection: nothing was sent.
        case unreachable
        /// The connection broke or timed out after the request may have been sent.
        case timedOut
        case broken
        case tooLarge
        case tooManyRedirects
    }

    package let code: Code
    /// For logs only; may name the host.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    /// True when the peer may have acted on the request although no answer came back.
    package var mayHaveArrived: Bool {
        switch code {
        case .badURL, .forbiddenAddress, .unreachable: false
        case .timedOut, .broken, .tooLarge, .tooManyRedirects: true
        }
    }

    package var description: String { "outbound request failed: \(code.rawValue)" }
    package var debugDescription: String { "\(description) \(detail)" }
}
