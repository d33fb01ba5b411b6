import FoundationEssentials
import Web

/// UTF-16 units: the strictest way to count characters, so that what passes here passes at Twilio.
private let longestBody = 1_600
private let mostMedia = 10

extension TwilioAPI {
    var messageEndpoints: [Endpoint] {
        let base = "/2010-04-01/Accounts/{account}/Messages"
        return [
            guarded("POST \(base).json", .send, create),
            guarded("GET \(base).json", .list, list),
            guarded("GET \(base)/{sid}", .list) { .json(try await json(find($0))) },
            guarded("POST \(base)/{sid}", .list, change),
            guarded("DELETE \(base)/{sid}", .list, delete),
        ]
    }

    // MARK: Create

    private func create(_ request: Web.Request) async throws -> Reply {
        let form = try request.postedForm()
        let draft = try await draft(form)
        let message = await twilio.accept(draft)
        webhooks.progress(message.sid)
        return .json(json(message), status: 201)
    }

    private func draft(_ form: Form) async throws -> OutboundDraft {
        let (from, to) = try await addresses(form)
        let template = form["ContentSid"]
        let body = form["Body"] ?? template.map { "[\($0)] \(form["ContentVariables"] ?? "")" } ?? ""
        let media = form.all("MediaUrl")
        guard !body.isEmpty || !media.isEmpty else { throw TwilioRefusal(21602) }
        guard body.utf16.count <= longestBody else { throw TwilioRefusal(21617) }
        guard media.count <= mostMedia else { throw TwilioRefusal(21623) }
        guard media.allSatisfy(isWebURL) else { throw TwilioRefusal(21620) }
        let callback = form["StatusCallback"]
        guard callback.map(isWebURL) ?? true else { throw TwilioRefusal(21609) }
        if await twilio.isOptedOut(Pair(customer: to, business: from)) { throw TwilioRefusal(21610) }
        let configured = await twilio.numbers[from.number]?.statusCallback
        return OutboundDraft(
            from: from, to: to, body: body, mediaURLs: media, statusCallback: callback ?? configured,
            isTemplate: template != nil)
    }

    private func addresses(_ form: Form) async throws -> (from: Address, to: Address) {
        guard let toText = form["To"] else { throw TwilioRefusal(21604) }
        guard let fromText = form["From"] else { throw TwilioRefusal(21603) }
        guard let to = Address(toText) else { throw TwilioRefusal(21211, "Invalid 'To' Phone Number: \(toText)") }
        guard let from = Address(fromText) else {
            throw TwilioRefusal(21212, "Invalid 'From' Phone Number: \(fromText)")
        }
        guard from.channel == to.channel else { throw TwilioRefusal(21910) }
        guard from != to else { throw TwilioRefusal(21266) }
        guard await twilio.maySend(from: from) else { throw TwilioRefusal(from.channel == .whatsapp ? 63007 : 21606) }
        return (from, to)
    }

    private func isWebURL(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && URLComponents(string: text)?.host?.isEmpty == false
    }

    // MARK: Read

    /// Newest first, as Twilio lists.
    private func list(_ request: Web.Request) async throws -> Reply {
        let filter = try MessageFilter(request.queryForm())
        let found = await twilio.messages.reversed().filter(filter.matches)
        return .json(try TwilioPage.json("messages", found.map(json), request: request))
    }

    private func find(_ request: Web.Request) async throws -> Message {
        guard let sid = request.resource("sid"), let message = await twilio.message(sid) else {
            throw TwilioRefusal.notFound(request.path)
        }
        return message
    }

    // MARK: Change

    /// Redaction (`Body` empty) and cancelling are all that a message allows.
    private func change(_ request: Web.Request) async throws -> Reply {
        let message = try await find(request)
        let form = try request.postedForm()
        if form["Status"] != nil { throw TwilioRefusal(30409, "Message is not in a cancelable state", status: 409) }
        guard form.fields["Body"] == "" else {
            throw TwilioRefusal(20001, "Only an empty Body is accepted")
        }
        let redacted = await twilio.update(message.sid) { $0.body = "" }
        return .json(json(redacted ?? message))
    }

    private func delete(_ request: Web.Request) async throws -> Reply {
        let message = try await find(request)
        _ = await twilio.remove(message.sid)
        return .noContent
    }

    // MARK: JSON

    func json(_ message: Message) -> JSONValue {
        let uri = "/2010-04-01/Accounts/\(configuration.twilioAccountSID)/Messages/\(message.sid)"
        return [
            "account_sid": .string(configuration.twilioAccountSID), "api_version": "2010-04-01",
            "body": .string(message.body), "date_created": TwilioDates.json(message.createdAt),
            "date_sent": TwilioDates.json(message.sentAt), "date_updated": TwilioDates.json(message.updatedAt),
            "direction": .string(message.direction.rawValue), "error_code": .count(message.errorCode),
            "error_message": .text(message.errorCode.map { TwilioRefusal.sentence($0) }),
            "from": .string(message.from.description), "messaging_service_sid": .null,
            "num_media": .string("\(message.media.count)"), "num_segments": .string("\(message.segments)"),
            "price": .null, "price_unit": .null, "sid": .string(message.sid),
            "status": .string(message.status.rawValue),
            "subresource_uris": ["media": .string("\(uri)/Media.json")], "to": .string(message.to.description),
            "uri": .string("\(uri).json"),
        ]
    }
}

/// `To`, `From`, `DateSent`, `DateSent<` (on or before) and `DateSent>` (on or after).
private struct MessageFilter {
    let to: String?
    let from: String?
    let on: Range<Date>?
    let until: Range<Date>?
    let since: Range<Date>?

    init(_ query: Form) throws {
        to = query["To"]
        from = query["From"]
        on = try Self.span(query, "DateSent")
        until = try Self.span(query, "DateSent<")
        since = try Self.span(query, "DateSent>")
    }

    private static func span(_ query: Form, _ name: String) throws -> Range<Date>? {
        guard let text = query[name] else { return nil }
        guard let span = TwilioDates.span(text) else { throw TwilioRefusal(20001, "\(name) is not a date") }
        return span
    }

    /// A message that is not sent yet is judged by when it was made, so that a look right after a send finds it.
    func matches(_ message: Message) -> Bool {
        let date = message.sentAt ?? message.createdAt
        return (to.map { $0 == message.to.description } ?? true)
            && (from.map { $0 == message.from.description } ?? true)
            && (on?.contains(date) ?? true) && (until.map { date < $0.upperBound } ?? true)
            && (since.map { date >= $0.lowerBound } ?? true)
    }
}
