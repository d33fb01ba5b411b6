import API
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

@testable import TwilioInbound

@Suite struct TwilioInboundTests {
    private static let publicURL = "https://bot.example.com"
    private static let path = "/api/whatsapp/webhook"
    private static let form = FormFields([
        ("MessageSid", "SM1"), ("From", "whatsapp:+491701234567"), ("To", "whatsapp:+14155238886"),
        ("Body", "Héllo & co"),
        ("NumMedia", "0"), ("OptOutType", ""),
    ])

    private func request(
        _ form: FormFields = form, key: String = TestAPI.twilioToken,
        type: String = "application/x-www-form-urlencoded",
        headers: [(name: String, value: String)] = []
    ) -> Request {
        let signature = TwilioSignature.signature(url: Self.publicURL + Self.path, fields: form, key: key)
        return Request(
            method: .post, path: Self.path,
            headers: Headers([("content-type", type), ("x-twilio-signature", signature)] + headers),
            body: Array(form.encoded.utf8))
    }

    private func with(_ body: (TestAPI) async throws -> Void) async throws {
        try await TestAPI.with { api in try await body(api) }
    }

    @Test func aSignedMessageIsStoredAnsweredWithTwiMLAndWakesTheRunner() async throws {
        try await with { api in
            let response = try await api.router(request())
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "text/xml; charset=utf-8")
            #expect(String(decoding: response.body, as: UTF8.self) == "<Response/>")
            let rows = try await api.db.owner.query("select body, provider_message_id from parley.messages")
            #expect(rows.count == 1)
            #expect(try rows.first?["body"] == "Héllo & co")
            #expect(api.wakes.count == 1)
        }
    }

    /// A flag is one `Character` and two of what the columns count.
    @Test func aLongNameAndChoiceAreCutToWhatTheirColumnsHold() async throws {
        try await with { api in
            let flags = String(repeating: "\u{1F1E9}\u{1F1EA}", count: 1_000)
            let form = FormFields(Self.form.fields + [("ProfileName", flags), ("ButtonPayload", flags)])
            let response = try await api.router(request(form))
            #expect(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
            let rows = try await api.db.owner.query(
                """
                select length(choice) as choice, length(contacts.name) as name from parley.messages
                join parley.conversations t on t.id = conversation_id join parley.contacts on contacts.id = contact_id
                """)
            #expect(try rows[0]["choice"] == 1_000 && rows[0]["name"] == 255)
        }
    }

    @Test func aRepeatIsAcknowledgedAndChangesNothing() async throws {
        try await with { api in
            for _ in 0..<3 { #expect(try await api.router(request()).status == 200) }
            let rows = try await api.db.owner.query("select count(*) from parley.messages")
            #expect(try rows.first?["count"] == 1)
        }
    }

    @Test func aForgedOrAlteredRequestIsRefusedAndNothingIsStored() async throws {
        try await with { api in
            var altered = request()
            altered.body += Array("&Body=more".utf8)
            var elsewhere = request()
            elsewhere.rawQuery = "x=1"
            // A forwarded host never changes what is verified.
            let forwarded = request(key: "wrong", headers: [("x-forwarded-host", "bot.example.com")])
            var unsigned = request()
            unsigned.headers = Headers([("content-type", "application/x-www-form-urlencoded")])
            for bad in [request(key: "wrong"), altered, elsewhere, forwarded, unsigned] {
                let fault = await #expect(throws: Fault.self) { _ = try await api.router(bad) }
                #expect(fault?.status == 403)
            }
            let stored = try await api.db.owner.query("select 1 from parley.messages")
            #expect(stored.isEmpty)
        }
    }

    @Test func otherContentTypesHugeBodiesAndMissingFieldsAreNamed() async throws {
        try await with { api in
            let json = await #expect(throws: Fault.self) { _ = try await api.router(request(type: "application/json")) }
            #expect(json?.status == 415)
            let huge = FormFields([("Body", String(repeating: "x", count: 1 << 18))])
            let large = await #expect(throws: Fault.self) { _ = try await api.router(request(huge)) }
            #expect(large?.status == 413)
            let bare = FormFields([("From", "whatsapp:+1"), ("To", "whatsapp:+2")])
            let missing = await #expect(throws: Fault.self) { _ = try await api.router(request(bare)) }
            #expect(missing?.status == 400)
            #expect(missing?.field == "MessageSid")
        }
    }

    /// It is waited for, and not for longer than Twilio waits.
    @Test func withoutTheDatabaseTwilioIsToldInTimeToComeBack() async throws {
        let clock = WallClock { Date() }
        let gone = Database(url: "postgresql://nobody@/nothing?host=/nonexistent")
        let hook = Router(endpoints, try TestAPI.environment(gone, clock, nil, FakeMediaHost(), Counter()))
        let began = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) { _ = try await hook.handle(request()) }
        #expect((3.0..<15).contains((.now - began) / .seconds(1)))
        // The host answers this code with 503.
        #expect(error?.code == .connection)
    }
}
