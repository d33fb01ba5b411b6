import FoundationEssentials

/// Why an Invoke call is refused: `x-amzn-errortype` and the JSON that SDKs turn into an exception.
struct InvokeRefusal: Error, Equatable, Sendable {
    var status: Int
    var type: String
    var message: String
    var reason: String?
    /// Seconds.
    var retryAfter: Int?

    static let noSuchPath = InvokeRefusal(
        status: 404, type: "ResourceNotFoundException", message: "There is no such path.")
    static let notJSON = InvokeRefusal(
        status: 400, type: "InvalidRequestContentException", message: "Could not parse request body into json.")
    static let unavailable = InvokeRefusal(
        status: 500, type: "ServiceException", message: "The event could not be stored.")

    static func wrongMethod(_ right: String) -> InvokeRefusal {
        InvokeRefusal(status: 405, type: "MethodNotAllowedException", message: "Use \(right).")
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
