import FoundationEssentials

/// A send as Twilio's API takes it, its addresses already checked.
struct OutboundDraft: Sendable {
    var from: Address
    var to: Address
    var body: String
    var mediaURLs: [String] = []
    var statusCallback: String?
    var isTemplate = false
    var direction = Message.Direction.outboundAPI
}

extension SimulatedTwilio {
    /// A number may send when the account owns it, or when a customer wrote to it: numbers outlive the sandbox's memory.
    func maySend(from business: Address) -> Bool {
        numbers[business.number] != nil || lastInbound.keys.contains { $0.business == business }
    }

    func isOptedOut(_ pair: Pair) -> Bool { optedOut.contains(pair) }

    func isWindowOpen(_ pair: Pair) -> Bool {
        pair.business.channel == .sms || windowCloses(pair).map { clock.now < $0 } ?? false
    }

    func windowCloses(_ pair: Pair) -> Date? { lastInbound[pair]?.addingTimeInterval(86_400) }

    /// - Parameter arrived: on the phone at once, as what Twilio says by itself.
    func accept(_ draft: OutboundDraft, arrived: Bool = false) -> Message {
        let now = clock.now
        let media = draft.mediaURLs.map {
            Message.Media(sid: sids.make("ME"), contentType: mediaType(of: $0), source: $0)
        }
        let sid = sids.make(media.isEmpty ? "SM" : "MM")
        return add { sequence in
            Message(
                sid: sid, sequence: sequence, direction: draft.direction, from: draft.from, to: draft.to,
                body: draft.body, media: media, status: arrived ? .delivered : .queued, createdAt: now,
                sentAt: arrived ? now : nil, updatedAt: now,
                statusCallback: draft.statusCallback, isTemplate: draft.isTemplate)
        }
    }

    /// The message's next step on its way to the phone, or `nil` when it has to wait or is done.
    func nextStep(_ sid: String) -> Message? {
        guard let message = message(sid) else { return nil }
        let customer = customers[message.to.number] ?? Customer(name: "")
        switch message.status {
        case .queued where !message.isTemplate && !isWindowOpen(message.pair):
            return move(sid, to: .undelivered, errorCode: 63016)
        case .queued: return move(sid, to: .sent)
        case .sent where customer.isOnline: return move(sid, to: .delivered)
        case .delivered where customer.isOnline && customer.sendsReadReceipts && message.to.channel == .whatsapp:
            return move(sid, to: .read)
        default: return nil
        }
    }

    private func move(_ sid: String, to status: Message.Status, errorCode: Int? = nil) -> Message? {
        update(sid) { message in
            guard message.status.mayBecome(status) else { return }
            message.status = status
            message.errorCode = errorCode
            if status == .sent { message.sentAt = clock.now }
            if status == .delivered { typing[message.pair] = nil }
        }
    }

    /// Messages that wait for this customer's phone.
    func waiting(for number: String) -> [String] {
        messages.filter {
            $0.direction != .inbound && $0.to.number == number && ($0.status == .sent || $0.status == .delivered)
        }
        .map(\.sid)
    }

    /// Shown for 25 seconds at most, or until the next message; also marks the message as read. False for an unknown message.
    func showTyping(_ sid: String) -> Bool {
        guard let message = message(sid), message.direction == .inbound else { return false }
        typing[message.pair] = Date().addingTimeInterval(25)
        _ = update(sid) { $0.seen = true }
        return true
    }

    func isTyping(_ pair: Pair) -> Bool { typing[pair].map { Date() < $0 } ?? false }
}

/// What a URL's ending says about the file behind it.
func mediaType(of url: String) -> String {
    let path = url.split(separator: "?").first.map(String.init) ?? url
    return switch path.split(separator: ".").last?.lowercased() {
    case "jpg", "jpeg": "image/jpeg"
    case "png": "image/png"
    case "gif": "image/gif"
    case "webp": "image/webp"
    case "mp4": "video/mp4"
    case "mp3": "audio/mpeg"
    case "ogg", "opus": "audio/ogg"
    case "pdf": "application/pdf"
    default: "application/octet-stream"
    }
}
