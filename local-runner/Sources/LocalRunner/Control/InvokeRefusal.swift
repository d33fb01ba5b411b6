import FoundationEssentials
import HTTPServer
import NIOCore
import Web

/// Why an Invoke call is refused: `x-amzn-errortype` and the JSON that SDKs turn into an exception.
struct InvokeRefusal: Error, Equatable, Sendable {
    var status: Int
    var type: String
    var message: String
    var reason: String?
    /// Seconds.
    var retryAfter: Int?
    /// The right method, with a 405.
    var allow: String?

    static let noSuchPath = InvokeRefusal(
        status: 404, type: "ResourceNotFoundException", message: "There is no such path.")
    static let denied = InvokeRefusal(
        status: 403, type: "AccessDeniedException",
        message: "The endpoint's URL ends with this installation's secret (PARLEY_CONTROL_SECRET in its keys file).")
    static let notJSON = InvokeRefusal(
        status: 400, type: "InvalidRequestContentException", message: "Could not parse request body into json.")
    static let unavailable = InvokeRefusal(
        status: 500, type: "ServiceException", message: "The event could not be stored.")

    static func wrongMethod(_ right: String) -> InvokeRefusal {
        InvokeRefusal(status: 405, type: "MethodNotAllowedException", message: "Use \(right).", allow: right)
    }

    static func notFound(_ what: String) -> InvokeRefusal {
        InvokeRefusal(status: 404, type: "ResourceNotFoundException", message: "Function not found: \(what)")
    }

    static func invalidParameter(_ message: String) -> InvokeRefusal {
        InvokeRefusal(status: 400, type: "InvalidParameterValueException", message: message)
    }

    static func tooLarge(_ size: Int, limit: Int) -> InvokeRefusal {
        InvokeRefusal(
            status: 413, type: "RequestTooLargeException",
            message: "\(size) byte payload is too large for the operation (limit \(limit) bytes)")
    }

    static func throttled(_ reason: Outcome.Throttle) -> InvokeRefusal {
        InvokeRefusal(
            status: 429, type: "TooManyRequestsException", message: "Rate Exceeded.", reason: reason.rawValue,
            retryAfter: 1)
    }

    /// What the listener itself refuses: too large, or no HTTP.
    init(_ fault: Fault) {
        self.init(
            status: fault.status,
            type: fault.status == 413 ? "RequestTooLargeException" : "InvalidRequestContentException",
            message: fault.detail)
    }

    init(
        status: Int, type: String, message: String, reason: String? = nil, retryAfter: Int? = nil, allow: String? = nil
    ) {
        self.status = status
        self.type = type
        self.message = message
        self.reason = reason
        self.retryAfter = retryAfter
        self.allow = allow
    }

    var answer: HTTPRefusal {
        var headers = [
            ("content-type", "application/json"), ("x-amzn-errortype", type), ("x-amzn-requestid", Invocation.makeID()),
        ]
        if let retryAfter { headers.append(("retry-after", String(retryAfter))) }
        if let allow { headers.append(("allow", allow)) }
        return HTTPRefusal(status: status, headers: headers, body: ByteBuffer(string: json))
    }

    /// As botocore's model of Lambda spells it, which is not the same for all.
    private var messageKey: String {
        ["ResourceNotFoundException", "ServiceException"].contains(type) ? "Message" : "message"
    }

    var json: String {
        var members = ["Type": status >= 500 ? "Service" : "User", messageKey: message]
        members["Reason"] = reason
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(members)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
