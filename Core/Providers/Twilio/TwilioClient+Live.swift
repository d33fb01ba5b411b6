import FoundationEssentials
package import Outbound
import Web

extension TwilioClient {
    /// The account's REST API.
    ///
    /// - Parameters:
    ///   - apiBaseURL: `https://api.twilio.com`, or a simulator's; no trailing slash.
    ///   - messagingBaseURL: `https://messaging.twilio.com`, likewise.
    package static func live(
        http: HTTPClient, accountSID: String, authToken: String, apiBaseURL: String, messagingBaseURL: String
    ) -> TwilioClient {
        let api = TwilioAPI(
            transport: TwilioTransport(http: http, accountSID: accountSID, authToken: authToken),
            apiBaseURL: apiBaseURL,
            messagingBaseURL: messagingBaseURL)
        return TwilioClient(
            send: { draft throws(TwilioError) in try await api.send(draft) },
            messages: { to, from, since throws(TwilioError) in try await api.messages(to: to, from: from, since: since)
            },
            showTyping: { sid throws(TwilioError) in try await api.showTyping(sid) },
            numbers: .live(api))
    }
}

/// Where things are, and the requests about messages.
struct TwilioAPI: Sendable {
    /// Twilio's own page size for reconciling; a customer gets fewer in any attempt's lifetime.
    static let messagesRead = 200
    /// Twilio takes at most ten files with a message.
    static let maximumMedia = 10

    let transport: TwilioTransport
    let apiBaseURL: String
    let messagingBaseURL: String

    var accountPath: String { "/2010-04-01/Accounts/\(transport.accountSID)" }

    func url(_ path: String, _ query: FormFields = FormFields()) -> String {
        let suffix = query.fields.isEmpty ? "" : "?\(query.encoded)"
        return "\(apiBaseURL)\(accountPath)/\(path)\(suffix)"
    }

    func send(_ draft: TwilioDraft) async throws(TwilioError) -> TwilioMessage {
        guard !draft.body.isEmpty || !draft.mediaURLs.isEmpty else {
            throw TwilioError(kind: .permanent, reason: "A message needs text or a file.")
        }
        guard draft.mediaURLs.count <= Self.maximumMedia else {
            throw TwilioError(kind: .permanent, reason: "A message carries at most \(Self.maximumMedia) files.")
        }
        var form = FormFields([("To", draft.to), ("From", draft.from)])
        if !draft.body.isEmpty { form.add("Body", draft.body) }
        for mediaURL in draft.mediaURLs { form.add("MediaUrl", mediaURL) }
        if let statusCallback = draft.statusCallback { form.add("StatusCallback", statusCallback) }
        let answer = try await transport.post(url("Messages.json"), form, .once)
        return TwilioMessage(try transport.decode(MessagePayload.self, answer, .once))
    }

    /// By recipient and sender only: a message that still waits at Twilio has no date of sending yet, and a filter by
    /// that date would hide exactly the message one looks for.
    func messages(to: String, from: String, since: Date) async throws(TwilioError) -> [TwilioMessage] {
        let query = FormFields([("To", to), ("From", from), ("PageSize", String(Self.messagesRead))])
        let answer = try await transport.get(url("Messages.json", query))
        let page = try transport.decode(MessagePage.self, answer, .repeatable)
        // Twilio's dates are whole seconds.
        let earliest = Date(timeIntervalSince1970: since.timeIntervalSince1970.rounded(.down))
        return page.messages.map(TwilioMessage.init)
            .filter { $0.createdAt.map { $0 >= earliest } ?? true }
            .sorted { ($0.createdAt ?? .distantFuture) > ($1.createdAt ?? .distantFuture) }
    }

    func showTyping(_ inboundSID: String) async throws(TwilioError) {
        let form = FormFields([("messageId", inboundSID), ("channel", "whatsapp")])
        let answer = try await transport.post("\(messagingBaseURL)/v2/Indicators/Typing.json", form, .repeatable)
        guard try transport.decode(TypingPayload.self, answer, .repeatable).success else {
            throw TwilioError(kind: .permanent, reason: "Twilio did not show the typing indicator.")
        }
    }
}

private struct MessagePage: Decodable {
    let messages: [MessagePayload]
}

/// The fields we use of `api.v2010.account.message`; most are nullable in the published description.
private struct MessagePayload: Decodable {
    let sid: String
    let status: String
    let body: String?
    let to: String?
    let from: String?
    let date_created: String?
    let error_code: Int?
}

private struct TypingPayload: Decodable {
    let success: Bool
}

extension TwilioMessage {
    fileprivate init(_ payload: MessagePayload) {
        self.init(
            sid: payload.sid, status: payload.status, body: payload.body ?? "", to: payload.to ?? "",
            from: payload.from ?? "", createdAt: payload.date_created.flatMap { Date(rfc2822: $0) },
            errorCode: payload.error_code)
    }
}
