import Conversation
import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import Support
import Synchronization
import Testing

/// The grounding gate on the road: a model that invents is asked again once, then its sentence is left out, then a person is called.
@Suite struct GroundedReplyTests {
    /// A model that writes these texts, one a call, the last one again and again.
    private final class Model: Sendable {
        private let texts: [String]
        private let asked = Mutex<[String]>([])

        init(_ texts: String...) { self.texts = texts }

        var requests: [String] { asked.withLock { $0 } }
        var http: HTTPClient {
            HTTPClient { request throws(OutboundError) in
                let count = self.asked.withLock { asked in
                    asked.append(String(decoding: request.body, as: UTF8.self))
                    return asked.count
                }
                let text = self.texts[min(count, self.texts.count) - 1]
                let encoded = (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
                let body =
                    "{\"choices\":[{\"message\":{\"content\":\(encoded)},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":10},\"model\":\"x\"}"
                return OutboundResponse(status: 200, body: Array(body.utf8))
            }
        }
    }

    private func reply(_ model: Model, to lines: [HistoryLine], timeout: Double = 10) async throws -> ComposedReply {
        var reply: ComposedReply?
        try await Fixture.with { fixture in
            try await fixture.add(title: "Premium", body: "Premium costs 29 USD.")
            let composer = fixture.composer(http: model.http, environment: ["OPENAI_API_KEY": "a"])
            reply = try await composer.compose(fixture.request(lines, timeout: timeout))
        }
        return try #require(reply)
    }

    private func reply(_ model: Model, to question: String) async throws -> ComposedReply {
        try await reply(model, to: [HistoryLine(author: .contact, text: question)])
    }

    @Test func aModelIsAskedAgainOnceAndToldWhatHasNoSource() async throws {
        let model = Model("Premium costs $9! Pay at https://evil.example.", "Premium costs 29 USD.")
        let reply = try await reply(model, to: "price of premium?")
        #expect(reply.text == "Premium costs 29 USD." && !reply.wantsHuman)
        #expect(model.requests.count == 2 && reply.runs.count == 2)
        let again = try #require(model.requests.last)
        #expect(again.contains("# Correction") && again.contains("$9") && again.contains("evil.example"))
        #expect(model.requests.first?.contains("# Correction") == false)
        #expect(reply.drafts.map(\.passes) == [false, true])
        #expect(
            reply.drafts.first?.reason.contains("money \"$9\", link \"evil.example\"") == true
                || reply.drafts.first?.reason.contains("$9") == true)
    }

    @Test func aSentenceIsLeftOutWhenTheRestStillAnswers() async throws {
        let model = Model("Premium costs 29 USD. With code X it is only 9 USD! Pay at https://evil.example now.")
        let reply = try await reply(model, to: "price of premium?")
        #expect(reply.text == "Premium costs 29 USD." && !reply.wantsHuman)
        #expect(reply.reason.contains("Left out as not in the knowledge") && reply.drafts.count == 2)
        #expect(model.requests.count == 2)
    }

    @Test(arguments: [
        ("price of gold?", "I'm an automatic assistant"), ("كم سعر الذهب؟", "أنا مساعد آلي"),
        ("сколько стоит золото?", "Я автоматический помощник"),
        ("金の値段は？", "自動アシスタントです"), ("quanto custa o ouro?", "Sou um assistente automático"),
        ("altının fiyatı ne kadar?", "Ben otomatik"),
    ])
    func withNothingLeftAPersonIsCalledInTheCustomersLanguage(_ question: String, _ shown: String) async throws {
        let reply = try await reply(Model("Hello! It costs 9 USD."), to: question)
        #expect(reply.text.hasPrefix(shown) && reply.wantsHuman && reply.reason.contains("missing_knowledge"))
    }

    @Test func whatPeopleOfTheBusinessSaidIsASourceAndWhatAModelSaidIsNone() async throws {
        let model = Model("It is 5 USD.")
        func lines(isAutomatic: Bool) -> [HistoryLine] {
            [
                HistoryLine(author: .contact, text: "price?"),
                HistoryLine(author: .business, text: "Today 5 USD.", isAutomatic: isAutomatic),
                HistoryLine(author: .contact, text: "price again?"),
            ]
        }
        #expect(try await reply(model, to: lines(isAutomatic: false)).text == "It is 5 USD.")
        #expect(try await reply(model, to: lines(isAutomatic: true)).wantsHuman)
    }

    @Test func withoutTimeItIsNotAskedAgain() async throws {
        let model = Model("Premium costs 9 USD.")
        let lines = [HistoryLine(author: .contact, text: "price of premium?")]
        let reply = try await reply(model, to: lines, timeout: 1.5)
        #expect(model.requests.count == 1 && reply.wantsHuman && reply.drafts.count == 1)
    }

    @Test func aDraftIsKeptShort() {
        #expect(JudgedDraft(passes: false, reason: String(repeating: "a", count: 9_000)).reason.count == 4_000)
    }
}
