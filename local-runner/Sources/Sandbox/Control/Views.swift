import FoundationEssentials
import Web

/// What the control API shows, as JSON. Dates are ISO 8601 on the sandbox's clock.
enum Views {
    static func date(_ date: Date?) -> JSONValue { .text(date?.formatted(.iso8601)) }

    static func clock(_ clock: SandboxClock) -> JSONValue {
        ["now": date(clock.now), "offset_seconds": .number(clock.offset), "movable": .bool(clock.path != nil)]
    }

    /// One bubble. `mine` is the customer's side; ticks follow `status`.
    static func message(_ message: Message) -> JSONValue {
        let isMine = message.direction == .inbound
        return [
            "sid": .string(message.sid), "sequence": .integer(message.sequence), "mine": .bool(isMine),
            "from": .string(message.from.description), "to": .string(message.to.description),
            "body": .string(message.body), "at": date(message.createdAt), "status": .string(status(message)),
            "twilio_status": .string(message.status.rawValue), "error_code": .count(message.errorCode),
            "error": .text(message.errorCode.map { TwilioRefusal.sentence($0) }), "webhook": .text(message.webhook),
            "visible": .bool(isMine || isVisible(message)),
            "media": .array(
                message.media.map { media in
                    let isSample = !media.source.contains("://")
                    return [
                        "url": .string(isSample ? "/sandbox/samples/\(media.source)" : media.source),
                        "content_type": .string(media.contentType), "sid": .string(media.sid),
                    ]
                }),
        ]
    }

    /// Whether the customer's phone shows the business's message.
    private static func isVisible(_ message: Message) -> Bool {
        message.status == .delivered || message.status == .read
    }

    /// The customer's own messages get ticks too: sent, delivered when Parley took the webhook, read when it shows typing.
    private static func status(_ message: Message) -> String {
        guard message.direction == .inbound else { return message.status.rawValue }
        if message.seen { return "read" }
        return message.webhook?.contains("answered 2") == true ? "delivered" : "sent"
    }

    static func delivery(_ delivery: Delivery) -> JSONValue {
        [
            "kind": .string(delivery.kind.rawValue), "message_sid": .string(delivery.messageSID),
            "url": .string(delivery.url), "status": .string(delivery.status), "at": date(delivery.at),
            "answer": .count(delivery.answer), "milliseconds": .integer(delivery.milliseconds),
            "attempts": .integer(delivery.attempts), "summary": .string(delivery.summary),
        ]
    }

    static func fault(_ fault: PlannedFault) -> JSONValue {
        [
            "id": .integer(fault.id), "provider": .string(fault.provider), "kind": .string(fault.kind.rawValue),
            "operation": .string(fault.operation.rawValue), "remaining": .integer(fault.remaining),
            "seconds": fault.seconds.map { .number($0) } ?? .null, "status": .count(fault.status),
            "code": .count(fault.code), "retry_after": .count(fault.retryAfter),
        ]
    }

    static func number(_ number: OwnedNumber) -> JSONValue {
        [
            "sid": .string(number.sid), "phone_number": .string(number.phoneNumber),
            "friendly_name": .string(number.friendlyName), "name": .text(number.displayName),
            "sms_url": .text(number.smsURL),
            "status_callback": .text(number.statusCallback),
        ]
    }

    static func customer(_ number: String, _ customer: Customer) -> JSONValue {
        [
            "number": .string(number), "name": .string(customer.name), "online": .bool(customer.isOnline),
            "reads": .bool(customer.sendsReadReceipts),
        ]
    }
}

extension SimulatedTwilio {
    /// Everything at a glance; conversations come with their own call.
    func overview() -> JSONValue {
        [
            "version": .integer(version), "clock": Views.clock(clock), "public_url": .string(configuration.publicURL),
            "numbers": .array(
                numbers.values.sorted { $0.createdAt > $1.createdAt }.map(Views.number)),
            "customers": .array(customers.sorted { $0.key < $1.key }.map(Views.customer)),
            "faults": .array(faults.planned.map(Views.fault)),
            "deliveries": .array(deliveries.suffix(50).reversed().map(Views.delivery)),
            "message_count": .integer(messages.count),
        ]
    }

    /// A conversation as the phone shows it, oldest first, the last 500 messages.
    func conversation(_ pair: Pair) -> JSONValue {
        [
            "messages": .array(messages.filter { $0.pair == pair }.suffix(500).map(Views.message)),
            "typing": .bool(isTyping(pair)), "opted_out": .bool(isOptedOut(pair)),
            "window_open": .bool(isWindowOpen(pair)), "window_closes_at": Views.date(windowCloses(pair)),
        ]
    }

    /// All of one customer's messages in order, whatever the business.
    func messages(of number: String) -> JSONValue {
        .array(messages.filter { $0.pair.customer.number == number }.map(Views.message))
    }

    func plan(_ make: (Int) -> PlannedFault) -> PlannedFault {
        let fault = faults.plan(make)
        changed()
        return fault
    }

    func clearFaults() {
        faults.clear()
        changed()
    }
}
