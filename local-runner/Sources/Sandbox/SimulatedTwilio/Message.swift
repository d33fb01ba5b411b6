import FoundationEssentials

/// A message as the simulated Twilio holds it. The customer's phone and Twilio's API show two sides of the same value.
struct Message: Sendable {
    enum Direction: String, Sendable {
        case inbound
        case outboundAPI = "outbound-api"
        case outboundReply = "outbound-reply"
    }

    /// Twilio's words for what became of a message.
    enum Status: String, Sendable {
        case accepted, queued, sending, sent, delivered, read, received, failed, undelivered, canceled
    }

    struct Media: Sendable {
        let sid: String
        let contentType: String
        /// Where the bytes are: an absolute URL, or a sample's name under `/sandbox/samples/`.
        let source: String
    }

    let sid: String
    /// Order of arrival; pages of the API walk it downwards.
    let sequence: Int
    let direction: Direction
    let from: Address
    let to: Address
    var body: String
    var media: [Media]
    var status: Status
    let createdAt: Date
    var sentAt: Date?
    var updatedAt: Date
    var errorCode: Int?
    var statusCallback: String?
    /// Inbound only: the business has seen it (typing indicator).
    var seen = false
    /// A template may go out when the window is closed.
    var isTemplate = false
    /// Inbound only: what became of the webhook, for the person at the phone.
    var webhook: String?
    /// Inbound only: Twilio recognized the word, acted on it and answered.
    var optOutType: String?

    var pair: Pair {
        direction == .inbound ? Pair(customer: from, business: to) : Pair(customer: to, business: from)
    }

    /// SMS is cut into parts of 160 GSM-7 or 70 UCS-2 units, 153 and 67 when there are several; WhatsApp never is.
    var segments: Int {
        guard from.channel == .sms, !body.isEmpty else { return 1 }
        let isPlain = body.unicodeScalars.allSatisfy(\.isASCII)
        let units = isPlain ? body.utf8.count : body.utf16.count
        let (single, part) = isPlain ? (160, 153) : (70, 67)
        return units <= single ? 1 : (units + part - 1) / part
    }
}

extension Message.Status {
    /// Only ever forwards; a failure is final.
    func mayBecome(_ next: Message.Status) -> Bool {
        guard let here = rank, let there = next.rank else {
            return rank != nil && (next == .failed || next == .undelivered)
        }
        return there > here
    }

    private var rank: Int? {
        switch self {
        case .accepted: 0
        case .queued: 1
        case .sending: 2
        case .sent: 3
        case .delivered: 4
        case .read: 5
        case .received, .failed, .undelivered, .canceled: nil
        }
    }
}
