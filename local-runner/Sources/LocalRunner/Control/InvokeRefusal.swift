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
    static let wrongMethod = InvokeRefusal(
        status: 405, type: "MethodNotAllowedException", message: "Use POST.")
    static let notJSON = InvokeRefusal(
        status: 400, type: "InvalidRequestContentException", message: "Could not parse request body into json.")
    static let unavailable = InvokeRefusal(
        status: 500, type: "ServiceException", message: "The event could not be stored.")

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

    private struct Body: Encodable {
        var type: String
        var message: String
        var reason: String?

        enum CodingKeys: String, CodingKey {
            case type = "Type"
            case message = "Message"
            case reason = "Reason"
        }
    }

    var json: String {
        let body = Body(type: status >= 500 ? "Service" : "User", message: message, reason: reason)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(body)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
