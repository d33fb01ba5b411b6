import Web

/// Twilio's error answer: `{code, message, more_info, status}`.
struct TwilioRefusal: Error, Sendable {
    var status = 400
    var code: Int
    var message: String

    init(_ code: Int, _ message: String? = nil, status: Int = 400) {
        self.code = code
        self.message = message ?? Self.sentence(code)
        self.status = status
    }

    var reply: Reply {
        .json(
            [
                "code": .integer(code), "message": .string(message), "status": .integer(status),
                "more_info": .string("https://www.twilio.com/docs/errors/\(code)"),
            ], status: status)
    }

    static let unauthenticated = TwilioRefusal(20003, "Authenticate", status: 401)
    static func notFound(_ path: String) -> TwilioRefusal {
        TwilioRefusal(20404, "The requested resource \(path) was not found", status: 404)
    }

    static func sentence(_ code: Int) -> String {
        sentences[code] ?? "Refused by the sandbox on request (\(code))"
    }

    private static let sentences: [Int: String] = [
        20429: "Too many requests",
        21211: "Invalid 'To' Phone Number",
        21212: "Invalid 'From' Phone Number",
        21266: "'To' and 'From' number cannot be the same",
        21421: "PhoneNumber is invalid",
        21422: "The phone number you requested is not available. It may already be owned.",
        21452: "No phone numbers found in the area code you requested",
        21602: "Message body is required.",
        21603: "A 'From' phone number is required.",
        21604: "A 'To' phone number is required.",
        21606: "The 'From' phone number is not a valid, message-capable Twilio phone number for this destination",
        21609: "The 'StatusCallback' URL is not a valid URL",
        21610: "Attempt to send to unsubscribed recipient",
        21615: "Phone Number Requires a Local Address",
        21617: "The concatenated message body exceeds the 1600 character limit",
        21620: "Invalid media URL(s)",
        21623: "Number of media files exceeds allowed limit",
        21631: "Phone Number Requires an Address but the 'AddressSid' parameter was empty.",
        21649: "Bundle required",
        21910: "Invalid From and To pair. From and To should be of the same channel",
        63007: "Twilio could not find a Channel with the specified From address",
        63016:
            "Failed to send freeform message because you are outside the allowed window. If you are using WhatsApp, please use a Message Template.",
    ]
}
