/// What a Twilio error code means for us: whether to try again, and what to tell the inbox. Codes and grouping are those
/// of `Tests/Vectors/twilio_error_classes.json` (codes checked against a published list, 63049 newer); a test compares them.
package enum TwilioErrorClass: String, Sendable, CaseIterable {
    case windowClosed = "window_closed"
    case optedOut = "opted_out"
    case rateLimit = "rate_limit"
    case retryLater = "retry_later"
    case badRecipient = "bad_recipient"
    case notAllowed = "not_allowed"
    case badSender = "bad_sender"
    case content
    case template
    case auth
    case numberPurchase = "number_purchase"
    case webhook
    case notFound = "not_found"
    /// A code that is not in the table.
    case other

    package init(code: Int) {
        self = Self.allCases.first { $0.codes.contains(code) } ?? .other
    }

    package var codes: Set<Int> {
        switch self {
        case .windowClosed: [63016]
        case .optedOut: [21610, 63033, 63014]
        case .rateLimit: [20429, 14107, 21611, 30001, 63017, 63018, 63038]
        case .retryLater: [20500, 20503, 30008, 30410, 63009, 63010, 63012, 63023]
        case .badRecipient:
            [21211, 21214, 21217, 21401, 21604, 21612, 21614, 30003, 30005, 30006, 63003, 63024, 63031]
        case .notAllowed:
            [10002, 21408, 21608, 63013, 63015, 63020, 63032, 63049, 63051, 30004, 30007, 30034, 30450]
        case .badSender:
            [21212, 21603, 21606, 21607, 21616, 21703, 21704, 21705, 63002, 63007, 63008, 21910]
        case .content: [11751, 12300, 21602, 21617, 21620, 21623, 63005, 63006, 63019, 63021, 63030, 63037]
        case .template: [21654, 21655, 21656, 63027, 63028, 63029, 63040, 63041, 63042]
        case .auth: [20003, 20403, 10001, 63001]
        case .numberPurchase: [21404, 21421, 21422, 21451, 21452, 21615, 21631, 21649, 21650]
        case .webhook: [11200, 11205, 21402, 21609]
        case .notFound: [20404]
        case .other: []
        }
    }

    /// What a code of this class means when there is nothing more to say of it (`TwilioErrorSentences`). Safe for the inbox, and true whenever
    /// it is said: when Twilio refuses, and when it reports later. Whether something will be tried again is not Twilio's to say.
    package var sentence: String {
        switch self {
        case .windowClosed: "The customer last wrote more than 24 hours ago; only an approved template may be sent."
        case .optedOut: "The customer has opted out of messages."
        case .rateLimit: "Too many messages went out at once; the provider did not take this one."
        case .retryLater: "The provider had a temporary problem and did not deliver this message."
        case .badRecipient: "The recipient can't be reached at this address."
        case .notAllowed: "The provider does not allow this message."
        case .badSender: "This line is not allowed to send."
        case .content: "The provider refused the content."
        case .template: "The template is missing, paused or filled in wrongly."
        case .auth: "The provider refused our credentials."
        case .numberPurchase: "The number can't be bought."
        case .webhook: "The provider could not use our webhook address."
        case .notFound: "The provider knows no such thing."
        case .other: "The provider refused the request."
        }
    }

    /// Whether a person has to look at a message that failed so: the customer waits, and nothing is tried again. Who wants no messages
    /// waits for nothing.
    package var needsPerson: Bool { !optsOut }

    /// Whether the customer wants no messages, from whatever road the code came: an answer, a list, a report.
    package var optsOut: Bool { self == .optedOut }
}
