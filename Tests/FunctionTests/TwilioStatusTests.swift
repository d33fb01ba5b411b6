import Conversation
import Domain
import FoundationEssentials
import Postgres
import Providers
import Store
import Support
import Testing
import Web

@testable import TwilioStatus

@Suite struct TwilioStatusTests {
    private static let publicURL = "https://bot.example.com"
    private static let path = "/api/hooks/twilio/status"
    private static let line = "whatsapp:+14155238886"

    /// What the callback's URL names.
    struct Subject {
        let organization: OrganizationID
        let message: MessageID
    }

    private func request(_ fields: [(name: String, value: String)], message: Subject?) -> Request {
        let form = FormFields(fields + [("From", Self.line), ("To", "whatsapp:+491701234567")])
        let query = message.map { "organization=\($0.organization.text)&message=\($0.message.text)" } ?? ""
        let url = Self.publicURL + Self.path + (query.isEmpty ? "" : "?\(query)")
        return Request(
            method: .post, path: Self.path, rawQuery: query,
            headers: Headers([
                ("content-type", "application/x-www-form-urlencoded"),
                ("x-twilio-signature", TwilioSignature.signature(url: url, fields: form, key: TestAPI.twilioToken)),
            ]),
            body: Array(form.encoded.utf8))
    }

    /// A message that was marked as sending, as a crash leaves it.
    private func with(
        status: String = "sending", _ body: (TestAPI, Subject) async throws -> Void
    ) async throws {
        try await TestAPI.with { api in
            let database = api.db
            let clock = WallClock { Date() }
            let inbox = Inbox(
                database: try api.database(as: .inbound), clock: clock,
                ids: IDSource(clock: clock, randomness: .system), debounce: Debounce(quiet: 2))
            let receipt = try await inbox.receive(
                InboundMessage(
                    kind: .whatsappTwilio, localAddress: Self.line, remoteAddress: "whatsapp:+491701234567",
                    providerMessageID: "SM0", text: "Hi"))
            let message = MessageID(UUID())
            try await database.owner.query(
                """
                insert into parley.messages (id, organization_id, conversation_id, channel_id, direction, author, body,
                    status, created_at)
                values (\(message), \(receipt.organization), \(receipt.conversation), \(receipt.channel), 'outbound', 'ai',
                    'Hello', \(status), now())
                """)
            try await body(api, Subject(organization: receipt.organization, message: message))
        }
    }

    private func state(_ database: TestDatabase, _ subject: Subject) async throws -> [String?] {
        let rows = try await database.owner.query(
            "select status, provider_message_id, error_code from parley.messages where id = \(subject.message)")
        let row = try #require(rows.first)
        return [try row["status"], try row["provider_message_id"], try row["error_code"]]
    }

    @Test func statusesMoveForwardAndNeverBackInAnyOrder() async throws {
        try await with { api, message in
            for word in ["delivered", "sent", "queued", "read", "delivered", "read"] {
                let response = try await api.router(
                    request([("MessageSid", "SM9"), ("MessageStatus", word)], message: message))
                #expect(response.status == 200)
            }
            #expect(try await state(api.db, message) == ["read", "SM9", nil])
            let rows = try await api.db.owner.query("select count(*) from parley.message_statuses")
            #expect(try rows.first?["count"] == 3)
        }
    }

    @Test func aReportSettlesASendWhoseAnswerWasLost() async throws {
        for status in ["sending", "unknown"] {
            try await with(status: status) { api, message in
                _ = try await api.router(
                    request([("MessageSid", "SM9"), ("MessageStatus", "sent")], message: message))
                #expect(try await state(api.db, message) == ["sent", "SM9", nil])
                // Later ones need not carry our id.
                _ = try await api.router(
                    request([("MessageSid", "SM9"), ("MessageStatus", "delivered")], message: nil))
                #expect(try await state(api.db, message) == ["delivered", "SM9", nil])
            }
        }
    }

    /// Another message that we sent has the id already.
    @Test func aReportWithAnIDThatCannotBeKeptIsBelievedWithoutIt() async throws {
        try await with { api, message in
            try await api.db.owner.query(
                """
                insert into parley.messages (id, organization_id, conversation_id, channel_id, direction, author, body,
                    status, provider_message_id, created_at)
                select \(MessageID(UUID())), organization_id, conversation_id, channel_id, 'outbound', 'ai', 'Other', 'sent',
                    'SM0', now() from parley.messages where id = \(message.message)
                """)
            for word in ["sent", "delivered", "read"] {
                let response = try await api.router(
                    request([("MessageSid", "SM0"), ("MessageStatus", word)], message: message))
                #expect(response.status == 200)
                #expect(try await state(api.db, message) == [word, nil, nil])
            }
            let said = try await api.db.owner.query(
                "select count(*) from parley.decisions where message_id = \(message.message) and gate = 'provider_id'")
            #expect(try said.first?["count"] == 1)
        }
    }

    @Test func anotherOrganizationInTheURLFindsNothing() async throws {
        try await with { api, message in
            let wrong = Subject(organization: OrganizationID(UUID()), message: message.message)
            _ = try await api.router(request([("MessageSid", "SM9"), ("MessageStatus", "sent")], message: wrong))
            #expect(try await state(api.db, message) == ["sending", nil, nil])
        }
    }

    @Test func aFailureKeepsItsCodeAndReason() async throws {
        try await with { api, message in
            let fields = [("MessageSid", "SM9"), ("MessageStatus", "undelivered"), ("ErrorCode", "63016")]
            _ = try await api.router(request(fields, message: message))
            #expect(try await state(api.db, message) == ["failed", "SM9", "63016"])
        }
    }

    private func conversation(_ api: TestAPI) async throws -> (status: String?, optedOut: Int) {
        let rows = try await api.db.owner.query("select status from parley.conversations")
        let gone = try await api.db.owner.query(
            "select count(*) from parley.contacts where opted_out_at is not null")
        return (try rows.first?["status"], try gone.first?["count"] ?? 0)
    }

    /// Nothing is queued any more: nothing says that it will be tried again, and a person looks.
    @Test(arguments: ["63018", "30001", "30003", "63016", "99999", ""])
    func aLateFailureTellsTheTruthAndCallsAPerson(_ code: String) async throws {
        try await with { api, message in
            let fields = [
                ("MessageSid", "SM9"), ("MessageStatus", "undelivered"), ("ErrorCode", code),
                ("ChannelStatusMessage", "words of the channel"),
            ]
            for _ in 0..<2 { _ = try await api.router(request(fields, message: message)) }
            #expect(try await state(api.db, message) == ["failed", "SM9", code.isEmpty ? nil : code])
            let rows = try await api.db.owner.query(
                "select error_reason from parley.messages where id = \(message.message)")
            let reason: String = try #require(try rows.first?["error_reason"])
            #expect(
                !reason.contains("tried again") && (reason == "words of the channel") == (code == "99999"), "\(reason)")
            #expect(try await conversation(api) == ("pending", 0))
            let trail = try await api.db.owner.query(
                "select reason from parley.decisions where message_id = \(message.message) and gate = 'provider'")
            #expect(trail.count == 1)
            #expect(try trail.first?["reason"] == "\(reason) Nothing is tried again by itself; a person has to look.")
        }
    }

    @Test(arguments: ["63033", "21610", "63014"])
    func aLateOptOutIsRemembered(_ code: String) async throws {
        try await with { api, message in
            let fields = [("MessageSid", "SM9"), ("MessageStatus", "undelivered"), ("ErrorCode", code)]
            _ = try await api.router(request(fields, message: message))
            #expect(try await conversation(api) == ("open", 1))
            // START; the report again, late, is no second STOP.
            try await api.db.owner.query("update parley.contacts set opted_out_at = null")
            _ = try await api.router(request(fields, message: message))
            #expect(try await conversation(api) == ("open", 0))
        }
    }

    /// The failure was told before, without its code.
    @Test func anOptOutToldSecondIsRememberedOnce() async throws {
        try await with { api, message in
            let bare = [("MessageSid", "SM9"), ("MessageStatus", "undelivered")]
            _ = try await api.router(request(bare, message: message))
            let told = [("MessageSid", "SM9"), ("MessageStatus", "failed"), ("ErrorCode", "63033")]
            _ = try await api.router(request(told, message: message))
            #expect(try await conversation(api).optedOut == 1)
            #expect(try await state(api.db, message) == ["failed", "SM9", "63033"])
            try await api.db.owner.query("update parley.contacts set opted_out_at = null")
            _ = try await api.router(request(told, message: message))
            #expect(try await conversation(api).optedOut == 0)
        }
    }

    @Test func aReportAboutAnotherMessageOfTheProviderDoesNotTouchThisOne() async throws {
        try await with { api, message in
            _ = try await api.router(request([("MessageSid", "SM9"), ("MessageStatus", "sent")], message: message))
            let other = request([("MessageSid", "SM10"), ("MessageStatus", "read")], message: message)
            let othersAnswer = try await api.router(other)
            #expect(othersAnswer.status == 200)
            #expect(try await state(api.db, message) == ["sent", "SM9", nil])
        }
    }

    @Test func messagesOfNobodyAndUnknownWordsAreAcknowledged() async throws {
        try await with { api, message in
            let stranger = request(
                [("MessageSid", "SM9"), ("MessageStatus", "sent")],
                message: Subject(organization: message.organization, message: MessageID(UUID())))
            let strangersAnswer = try await api.router(stranger)
            #expect(strangersAnswer.status == 200)
            let word = request([("MessageSid", "SM9"), ("MessageStatus", "teleported")], message: message)
            let wordsAnswer = try await api.router(word)
            #expect(wordsAnswer.status == 200)
            #expect(try await state(api.db, message) == ["sending", nil, nil])
        }
    }

    @Test func aForgedReportIsRefused() async throws {
        try await with { api, message in
            var forged = request([("MessageSid", "SM9"), ("MessageStatus", "read")], message: message)
            forged.rawQuery = "message=\(UUID().uuidString)"
            let fault = await #expect(throws: Fault.self) { _ = try await api.router(forged) }
            #expect(fault?.status == 403)
            let unchanged = try await state(api.db, message)
            #expect(unchanged == ["sending", nil, nil])
        }
    }
}
