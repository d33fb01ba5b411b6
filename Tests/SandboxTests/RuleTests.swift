import Foundation
import Testing
import Web

@testable import Sandbox

@Suite struct RuleTests {
    @Test(arguments: [
        ("+14155550100", true), ("whatsapp:+14155550100", true), ("whatsapp:14155550100", false),
        ("+0123456789", false),
        ("+1234567", false), ("+1234567890123456", false), ("+1415555010x", false), ("", false),
    ])
    func addressesAreE164(_ text: String, isValid: Bool) {
        #expect((Address(text) != nil) == isValid)
        if isValid { #expect(Address(text)?.description == text) }
    }

    @Test func identifiersHaveTwiliosShapeAndFollowTheSeed() {
        var (one, two, other) = (SIDSource(seed: 7), SIDSource(seed: 7), SIDSource(seed: 8))
        let first = one.make("SM")
        #expect(isSID(first, "SM") && first == two.make("SM") && first != one.make("SM") && first != other.make("SM"))
        #expect(!isSID("SM" + String(repeating: "g", count: 32), "SM") && !isSID(first + "0", "SM"))
    }

    @Test func aStatusNeverGoesBack() {
        typealias Status = Message.Status
        #expect(Status.queued.mayBecome(.sent) && Status.sent.mayBecome(.read) && Status.sent.mayBecome(.failed))
        #expect(!Status.read.mayBecome(.delivered) && !Status.failed.mayBecome(.sent) && !Status.sent.mayBecome(.sent))
        #expect(!Status.undelivered.mayBecome(.failed) && !Status.received.mayBecome(.read))
    }

    @Test(arguments: [
        ("http://127.0.0.1:81/a?b=c", "http://127.0.0.1:81/a?b=c", "127.0.0.1", 81),
        ("https://parley.example/api/x?y=%20z", "http://localhost:8080", "localhost", 8080),
        ("https://parley.example", "http://127.0.0.1:8080", "127.0.0.1", 8080),
    ])
    func aPublicURLConnectsToThisMachine(_ url: String, _ delivery: String, host: String, port: Int) throws {
        let local = try LocalURL(url, publicURL: "https://parley.example", deliveryURL: delivery)
        #expect(local.host == host && local.port == port)
        #expect(local.target == (url.contains("/a?") ? "/a?b=c" : url.contains("/api") ? "/api/x?y=%20z" : "/"))
    }

    @Test(arguments: [
        "https://parley.example.evil/x", "http://192.168.1.1/", "http://10.0.0.1/", "https://127.0.0.1/",
        "file:///etc/passwd",
        "http://127.evil.example/", "http://[fe80::1]/", "nonsense",
    ])
    func nothingElseIsReached(_ url: String) {
        #expect(throws: WebhookFailure.forbidden) {
            try LocalURL(url, publicURL: "https://parley.example", deliveryURL: "http://127.0.0.1:8080")
        }
    }

    @Test func aFragmentOverridesTheRetryPolicy() {
        let (url, policy) = RetryPolicy.split("http://x/y#ct=2000&tt=4000&rc=9&rp=5xx,rt")
        #expect(url == "http://x/y" && policy.connect == 2 && policy.total == 4 && policy.retries == 5)
        #expect(policy.retries(after: .failure(.noAnswer)) && policy.retries(after: .success(answer(503))))
        #expect(!policy.retries(after: .success(answer(404))))
        let usual = RetryPolicy()
        #expect(usual.retries(after: .failure(.notConnected)) && !usual.retries(after: .failure(.noAnswer)))
        #expect(!usual.retries(after: .success(answer(500))))
    }

    private func answer(_ status: Int) -> WebhookAnswer { WebhookAnswer(status: status, contentType: "", body: "") }

    @Test func twiMLMessagesAreRead() {
        #expect(TwiML.messages(in: "<Response/>").isEmpty)
        #expect(
            TwiML.messages(
                in: "<Response><Message to=\"x\"><Body>a &lt; b</Body></Message><Message>c</Message></Response>") == [
                    "a < b", "c",
                ])
        #expect(TwiML.messages(in: "<Message>never closed").isEmpty)
    }

    @Test func datesAreTwiliosInBothDirections() throws {
        let date = Date(timeIntervalSince1970: 1_558_719_886)
        #expect(TwilioDates.text(date) == "Fri, 24 May 2019 17:44:46 +0000")
        #expect(
            TwilioDates.span("2019-05-24") == Date(
                timeIntervalSince1970: 1_558_656_000)..<Date(timeIntervalSince1970: 1_558_742_400))
        for text in [
            "2019-05-24T17:44:46Z", "2019-05-24 17:44:46", "2019-05-24T17:44:46.123Z", "2019-05-24T17:44:46+00:00",
        ] {
            #expect(TwilioDates.span(text)?.lowerBound == date, "\(text)")
        }
        #expect(TwilioDates.span("yesterday") == nil)
    }

    @Test(arguments: NumberPlan.all.map(\.country))
    func everyPlanSellsDistinctNumbers(_ country: String) throws {
        let plan = try #require(NumberPlan.all.first { $0.country == country })
        let numbers = plan.candidates(areaCode: nil).map(\.number)
        #expect(numbers.count >= 50 && Set(numbers).count == numbers.count && numbers.allSatisfy(isE164))
    }

    @Test func patternsMatchAnywhere() {
        #expect(
            NumberPlan.matches("+14155550142", pattern: "555*142") && NumberPlan.matches("+14155550142", pattern: nil))
        #expect(!NumberPlan.matches("+14155550142", pattern: "999") && !NumberPlan.matches("+1415", pattern: "11111"))
    }

    @Test func faultsAreSpentInOrderAndOnlyWhereTheyBelong() {
        var faults = PlannedFaults()
        func plan(_ kind: PlannedFault.Kind, _ provider: String, _ times: Int) {
            _ = faults.plan {
                PlannedFault(
                    id: $0, provider: provider, kind: kind, operation: provider == "twilio" ? .send : .chat,
                    remaining: times,
                    seconds: nil, status: nil, code: nil, retryAfter: nil)
            }
        }
        plan(.serverError, "twilio", 2)
        plan(.rateLimited, "twilio", 1)
        plan(.garbage, "any", 1)
        #expect(faults.take("twilio", .inbound, .send) == nil && faults.take("twilio", .api, .list) == nil)
        let kinds = (0..<4).map { _ in faults.take("twilio", .api, .send)?.kind }
        #expect(kinds == [.serverError, .serverError, .rateLimited, nil])
        #expect(faults.take("anthropic", .api, .chat)?.kind == .garbage && faults.planned.isEmpty)
    }

    @Test func memoryIsBounded() async throws {
        let twilio = SimulatedTwilio(
            SandboxConfiguration(port: 0, publicURL: "", twilioAccountSID: "", twilioAuthToken: "", assets: ""),
            clock: SandboxClock(path: nil))
        let customer = try #require(Address("whatsapp:+12025550117"))
        let business = try #require(Address("whatsapp:+14155238886"))
        var last = ""
        for index in 0..<5_600 {
            last = await twilio.receive(InboundDraft(from: customer, to: business, body: "\(index)")).message.sid
        }
        let messages = await twilio.messages
        #expect(messages.count <= 5_000 && messages.count > 4_000 && messages.last?.sid == last)
    }

    @Test func anEmptyFieldCountsAsAbsent() throws {
        let form = try #require(Form(parsing: "Body=&Body=a%2Bb+c&Empty=".utf8))
        #expect(form["Body"] == "a+b c" && form.all("Body") == ["a+b c"] && form["Empty"] == nil)
        #expect(form.fields["Body"] == "" && Form(parsing: "a=%G1".utf8) == nil)
    }

    @Test func aSchemaGetsAnExample() throws {
        let text =
            #"{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":"array","items":{"type":"integer","minimum":3}}}}"#
        let schema = try JSONValue(parsing: Array(text.utf8))
        #expect(example(of: schema) == ["a": "sandbox", "b": [3]])
    }
}
