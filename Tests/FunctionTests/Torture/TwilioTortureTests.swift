import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// Every field of Twilio's forms with every text that strangers may send: an answer that Twilio understands, no job that dies of it,
/// and the next customer is answered.
@Suite struct TwilioTortureTests {
    private static let inbound = "/api/hooks/twilio"
    private static let status = "/api/hooks/twilio/status"
    private static let line = "whatsapp:+14155238886"

    /// What a message may carry, and where its column or our own reading ends.
    private static let fields: [(name: String, limit: Int)] = [
        ("MessageSid", 200), ("From", 200), ("To", 200), ("Body", 4_096), ("ProfileName", 255),
        ("ButtonPayload", 1_000),
        ("ButtonText", 1_000), ("ListId", 1_000), ("ListTitle", 1_000), ("MediaUrl0", 2_000),
        ("MediaContentType0", 255),
        ("MessageType", 40), ("NumMedia", 2), ("OptOutType", 10), ("OriginalRepliedMessageSid", 200), ("Label", 1_000),
        ("Address", 1_000), ("Latitude", 20), ("AccountSid", 34), ("WaId", 20),
    ]

    private static let reportFields: [(name: String, limit: Int)] = [
        ("MessageSid", 200), ("MessageStatus", 20), ("From", 200), ("To", 200), ("ErrorCode", 10),
        ("ErrorMessage", 500),
        ("ChannelStatusMessage", 500), ("EventType", 20), ("AccountSid", 34),
    ]

    @Test(.timeLimit(.minutes(3))) func whateverAMessageHoldsTheNextOneIsAnswered() async throws {
        try await TestAPI.with { api in
            // More messages than a small plan answers.
            try await api.db.owner.query("update parley.organizations set plan = 'enterprise'")
            for (index, field) in Self.fields.enumerated() {
                for (number, torture) in TortureText.all(around: field.limit).enumerated() {
                    // The sender is new, so that names and addresses are stored anew.
                    var form = Self.message(
                        "SM\(index)-\(number)", from: "whatsapp:+1555\(1_000_000 + index * 100 + number)")
                    form["MediaUrl0"] = "https://api.twilio.com/file"
                    if field.name.hasPrefix("Media") { form["NumMedia"] = "1" }
                    if field.name == "ButtonText" || field.name == "ListTitle" { form["Body"] = nil }
                    if field.name == "Label" || field.name == "Address" || field.name == "Latitude" {
                        form.merge(["Body": nil, "Latitude": "1", "Longitude": "2"]) { $1 }
                    }
                    form[field.name] = torture.text
                    try await post(form, to: Self.inbound, api, "\(field.name) is \(torture)")
                }
            }
            _ = try await api.work()
            try await api.expectNothingStuck()
            try await expectAnAnswer(api)
            let columns = ForeignColumns.words.filter { $0.value.contains(.twilio) }.map(\.key)
            // Written by reports: the other test.
            let missing = try await api.columnsWithout("😀", among: columns.filter { $0 != "messages.error_reason" })
            #expect(missing.isEmpty, "nothing reached \(missing)")
        }
    }

    @Test(.timeLimit(.minutes(3))) func whateverAReportHoldsTheNextOneIsTaken() async throws {
        try await TestAPI.with { api in
            let owner = try await api.signUp("owner")
            let thread = try await api.seedConversation(in: owner.organization)
            for (index, field) in Self.reportFields.enumerated() {
                for (number, torture) in TortureText.all(around: field.limit).enumerated() {
                    let sid = "SM\(index)-\(number)"
                    let message = try await sent(sid, in: thread, owner, api)
                    var form = Self.report(sid)
                    form[field.name] = torture.text
                    let path = "\(Self.status)?organization=\(owner.organization.text)&message=\(message.text)"
                    try await post(form, to: path, api, "\(field.name) is \(torture)")
                }
            }
            let last = try await sent("SM-last", in: thread, owner, api)
            try await post(
                Self.report("SM-last"),
                to: "\(Self.status)?organization=\(owner.organization.text)&message=\(last.text)", api, "")
            let rows = try await api.db.owner.query("select status from parley.messages where id = \(last)")
            #expect(try rows.first?["status"] == "failed")
            let missing = try await api.columnsWithout("😀", among: ["messages.error_reason"])
            #expect(missing.isEmpty, "nothing reached \(missing)")
        }
    }

    /// A constraint that nobody thought of.
    @Test func aMessageThatTheDatabaseRefusesIsKeptAsUnsupported() async throws {
        try await TestAPI.with { api in
            try await api.db.owner.query(
                "alter table parley.messages add constraint tested check (body not like 'poison%')")
            try await post(
                Self.message("SM1", from: "whatsapp:+15551234567", "poison"), to: Self.inbound, api, "poison")
            let kept = try await api.db.owner.query("select type, body, provider_message_id from parley.messages")
            #expect(try kept.first?["type"] == "unsupported" && kept.first?["provider_message_id"] == "SM1")
            #expect(try (kept.first?["body"] as String?)?.contains("could not be stored") == true)
            try await expectAnAnswer(api)
        }
    }

    @Test func aMessageThatCanNotBeKeptAtAllIsRefusedByName() async throws {
        try await TestAPI.with { api in
            try await api.db.owner.query(
                """
                alter table parley.messages add constraint tested check (provider_message_id <> 'SM1')
                """)
            let answer = try await api.response(
                to: Self.request(Self.message("SM1", from: "whatsapp:+15551234567"), Self.inbound))
            #expect(answer.status == 422, "\(String(decoding: answer.body, as: UTF8.self))")
            try await expectAnAnswer(api)
        }
    }

    // MARK: What is posted

    private static func message(_ sid: String, from: String, _ text: String = "Hello") -> [String: String?] {
        ["MessageSid": sid, "From": from, "To": line, "Body": text, "NumMedia": "0", "ProfileName": "Ann"]
    }

    /// With a code that nothing is known of: of the others our own sentence is kept.
    private static func report(_ sid: String) -> [String: String?] {
        [
            "MessageSid": sid, "MessageStatus": "failed", "From": line, "To": "whatsapp:+15550001111",
            "ErrorCode": "39999",
        ]
    }

    private static func request(_ form: [String: String?], _ target: String) -> Request {
        let halves = target.split(separator: "?").map(String.init)
        var request = Request(method: .post, path: halves[0], headers: Headers(), requestID: "test")
        request.rawQuery = halves.count > 1 ? halves[1] : ""
        request.setForm(FormFields(form.compactMap { name, value in value.map { (name, $0) } }.sorted { $0.0 < $1.0 }))
        return request
    }

    private func post(_ form: [String: String?], to target: String, _ api: TestAPI, _ comment: String) async throws {
        do {
            let answer = try await api.answer(Self.request(form, target))
            #expect(
                answer.status == 200 || (400..<500).contains(answer.status) && answer.field != nil,
                "\(comment): \(answer.text)")
        } catch {
            Issue.record("\(comment): \(String(reflecting: error))")
        }
    }

    /// A message of ours that Twilio has.
    private func sent(_ sid: String, in thread: Thread, _ owner: Visitor, _ api: TestAPI) async throws -> MessageID {
        let id = MessageID(UUID())
        try await api.db.owner.query(
            """
            insert into parley.messages (id, organization_id, conversation_id, channel_id, direction, author, body, status,
                sending_since, created_at)
            values (\(id), \(owner.organization), \(thread.conversation), \(thread.channel), 'outbound', 'system', 'Hi', 'sending',
                now(), \(api.clock.now))
            """)
        return id
    }

    private func expectAnAnswer(_ api: TestAPI) async throws {
        try await post(
            Self.message("SM-last", from: "whatsapp:+15559999999", "Are you open?"), to: Self.inbound, api, "the next")
        try await api.work()
        let answers = try await api.db.owner.query(
            """
            select m.status from parley.messages m join parley.conversations t on t.id = m.conversation_id
            where remote_address = 'whatsapp:+15559999999' and direction = 'outbound' and body like '%Are you open?%'
            """)
        #expect(answers.count == 1, "the next customer was not answered")
        #expect(try answers.first?["status"] == "sent")
    }
}
