import Conversation
import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import Support
import Synchronization
import Testing

/// The composer of production over a real database; only the network is scripted.
@Suite struct ComposerTests {
    private final class Network: Sendable {
        let requests = Mutex<[OutboundRequest]>([])
        let answer: @Sendable (OutboundRequest) -> OutboundResponse?

        init(_ answer: @escaping @Sendable (OutboundRequest) -> OutboundResponse?) { self.answer = answer }

        var sent: [OutboundRequest] { requests.withLock { $0 } }
        var keys: [String] {
            sent.compactMap { request in
                request.headers.first { ["Authorization", "x-api-key", "x-goog-api-key"].contains($0.name) }?.value
            }
        }
        var client: HTTPClient {
            HTTPClient { request throws(OutboundError) in
                self.requests.withLock { $0.append(request) }
                guard let response = self.answer(request) else { throw OutboundError(.timedOut) }
                return response
            }
        }
    }

    private static func openAI(_ text: String) -> OutboundResponse {
        let encoded = (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        let body =
            "{\"choices\":[{\"message\":{\"content\":\(encoded)},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100},\"model\":\"x\"}"
        return OutboundResponse(status: 200, body: Array(body.utf8))
    }

    private static let secretKeys = "k:" + Data(repeating: 3, count: 32).base64EncodedString()

    @Test func withoutAKeyTheBuiltInModelAnswersAndNothingIsSent() async throws {
        try await Fixture.with { fixture in
            try await fixture.add(title: "Returns", body: "Send it back within 30 days.")
            let network = Network { _ in nil }
            let reply = try await fixture.ask("can I return it?", fixture.composer(http: network.client))
            #expect(reply.text == "Send it back within 30 days." && !reply.wantsHuman)
            #expect(reply.runs.map(\.provider) == ["offline"] && reply.runs.map(\.costMicros) == [0])
            #expect(network.sent.isEmpty)
            #expect(reply.reason.contains("General version 1") && reply.reason.contains("no model key"))
        }
    }

    @Test func thePlatformsKeyAsksItsModelWithPersonaKnowledgeAndHistory() async throws {
        try await Fixture.with(business: "Paint & Co") { fixture in
            try await fixture.add(title: "Returns", body: "Send it back within 30 days.")
            let network = Network { _ in Self.openAI("Within **30 days**.") }
            let composer = fixture.composer(http: network.client, environment: ["OPENAI_API_KEY": "sk-platform"])
            let reply = try await composer.compose(
                fixture.request([
                    HistoryLine(author: .business, text: "Welcome!"),
                    HistoryLine(author: .contact, text: "Can I return it?"),
                ]))
            #expect(reply.text == "Within *30 days*." && !reply.wantsHuman)
            #expect(network.keys == ["Bearer sk-platform"])
            let body = String(decoding: try #require(network.sent.first).body, as: UTF8.self)
            for part in [
                "Paint & Co", "Send it back within 30 days.", "Welcome!", "Can I return it?", "gpt-4o-mini",
                "\"temperature\":0.5",
            ] {
                #expect(body.contains(part), "\(part) is missing")
            }
            // gpt-4o-mini: 1,000 x 0.15 + 100 x 0.6.
            #expect(reply.runs.map(\.costMicros) == [210] && reply.reason.contains("openai gpt-4o-mini"))
        }
    }

    @Test func thePersonasProviderAndTheOrganizationsKeyComeFirst() async throws {
        try await Fixture.with { fixture in
            let box = try SecretBox(keys: Self.secretKeys)
            let credential = try ProviderCredential(
                id: UUID(), scope: .organization(fixture.organization), provider: .groq, key: "gsk-own", box: box)
            let persona = Persona(
                id: Fixture.ids.make(), name: "Luna",
                style: Persona.Style(instructions: "Rhyme.", provider: .groq, model: "llama-x", temperature: 0))
            try await fixture.database.app.pipeline(
                for: fixture.organization,
                Query.save(credential, hint: "", at: Fixture.now)
                    + Query.create(persona, of: fixture.organization, by: nil, at: Fixture.now)
                    + [.assign(persona.id, to: fixture.channel, at: Fixture.now)])
            let network = Network { _ in Self.openAI("Hi.") }
            let environment = ["GROQ_API_KEY": "gsk-platform", "OPENAI_API_KEY": "sk"]
            let reply = try await fixture.ask(
                "hello", fixture.composer(http: network.client, secretBox: box, environment: environment))
            #expect(network.keys == ["Bearer gsk-own"])
            #expect(network.sent.first?.url == "https://api.groq.com/openai/v1/chat/completions")
            let sent = try #require(network.sent.first)
            #expect(String(decoding: sent.body, as: UTF8.self).contains("llama-x"))
            #expect(reply.reason.contains("Luna version 1, groq llama-x"))
            // Without the secret key the stored key is out of reach, and the platform's is used.
            _ = try await fixture.ask("hello", fixture.composer(http: network.client, environment: environment))
            #expect(network.keys.last == "Bearer gsk-platform")
        }
    }

    @Test func aSecondProviderStepsInAndBothAreOnRecord() async throws {
        try await Fixture.with { fixture in
            let network = Network { request in
                request.url.contains("openai.com")
                    ? OutboundResponse(status: 401, body: Array("{}".utf8)) : Self.openAI("Fine.")
            }
            let composer = fixture.composer(
                http: network.client, environment: ["OPENAI_API_KEY": "a", "MISTRAL_API_KEY": "b"])
            let reply = try await fixture.ask("hello", composer)
            #expect(reply.text == "Fine." && reply.runs.map(\.provider) == ["openai", "mistral"])
            #expect(reply.runs.first?.failure?.contains("401") == true)
            let ordered = fixture.composer(
                http: network.client,
                environment: ["OPENAI_API_KEY": "a", "MISTRAL_API_KEY": "b", "MODEL_PROVIDERS": "mistral"])
            #expect(try await fixture.ask("hello", ordered).runs.map(\.provider) == ["mistral"])
        }
    }

    @Test func whenEveryModelFailsTheAnswerIsHonestAndTheCallsAreOnRecord() async throws {
        try await Fixture.with { fixture in
            try await fixture.add(title: "Returns", body: "Send it back within 30 days.")
            let network = Network { _ in nil }
            let composer = fixture.composer(http: network.client, environment: ["ANTHROPIC_API_KEY": "a"])
            let known = try await fixture.ask("returns?", composer)
            #expect(known.text == "Send it back within 30 days." && known.reason.contains("did not answer in time"))
            let unknown = try await fixture.ask("do you sell boats?", composer)
            #expect(
                !unknown.wantsHuman && unknown.reason.contains("missing_knowledge")
                    && unknown.runs.map(\.provider) == ["anthropic", "offline"])
        }
    }

    @Test(arguments: [
        ("I don't know that.\n[[PERSON]]", "I don't know that."), ("[[PERSON]]", "I'm an automatic assistant"),
    ])
    func aModelCanCallAPerson(_ written: String, _ shown: String) async throws {
        try await Fixture.with { fixture in
            let network = Network { _ in Self.openAI(written) }
            let reply = try await fixture.ask(
                "hm is it?", fixture.composer(http: network.client, environment: ["OPENAI_API_KEY": "a"]))
            #expect(reply.wantsHuman && reply.text.hasPrefix(shown) && !reply.text.contains("[["))
        }
    }

    @Test func theOperatorsPricesCount() async throws {
        try await Fixture.with { fixture in
            try await fixture.database.owner.query(
                """
                insert into parley.model_prices (provider, model, input, output, source, updated_at)
                values ('openai', 'gpt-4o-mini', 1000000, 10000000, 'contract', \(Fixture.now))
                """)
            let network = Network { _ in Self.openAI("Hi.") }
            let reply = try await fixture.ask(
                "hello", fixture.composer(http: network.client, environment: ["OPENAI_API_KEY": "a"]))
            #expect(reply.runs.map(\.costMicros) == [2000])
        }
    }

    /// What a payment code, a coupon or a file is called is truth, not looks.
    @Test func exactStringsOfTheKnowledgeReachTheCustomer() async throws {
        try await Fixture.with { fixture in
            let pix = "00020126580014br.gov.bcb.pix62070503***63041D3D"
            let body = "Pix: \(pix). Coupon A**B**C and **GOLD**. Settings -> Wi-Fi <b>on</b>, file __init__.py."
            try await fixture.add(title: "Payment", body: body)
            let network = Network { _ in
                Self.openAI("**Of course.** " + body.replacing("<", with: "‹").replacing(">", with: "›"))
            }
            let reply = try await fixture.ask(
                "payment?", fixture.composer(http: network.client, environment: ["OPENAI_API_KEY": "a"]))
            #expect(reply.text == "*Of course.* " + body)
        }
    }

    @Test func theReasonNamesEveryProviderThatFailed() async throws {
        try await Fixture.with { fixture in
            let network = Network { request in
                request.url.contains("groq") ? OutboundResponse(status: 401, body: Array("{}".utf8)) : nil
            }
            let environment = ["GROQ_API_KEY": "a", "MISTRAL_API_KEY": "b", "MODEL_PROVIDERS": "groq,mistral"]
            let failed = try await fixture.ask(
                "hello", fixture.composer(http: network.client, environment: environment))
            let (refused, late) = (
                failed.reason.ranges(of: "HTTP 401"), failed.reason.ranges(of: "did not answer in time")
            )
            #expect(refused.count == 1 && late.count == 1 && refused[0].lowerBound < late[0].lowerBound)
            let second = Network { request in
                request.url.contains("groq")
                    ? OutboundResponse(status: 401, body: Array("{}".utf8)) : Self.openAI("Hi.")
            }
            let answered = try await fixture.ask(
                "hello", fixture.composer(http: second.client, environment: environment))
            #expect(answered.text == "Hi." && answered.reason.contains("mistral-small-latest, after groq"))
        }
    }

    /// Whatever the customer sent, the model is asked something.
    @Test(arguments: MessageType.allCases)
    func noMessageIsAnEmptyQuestion(_ type: MessageType) async throws {
        try await Fixture.with { fixture in
            let network = Network { _ in Self.openAI("Hi.") }
            let composer = fixture.composer(http: network.client, environment: ["ANTHROPIC_API_KEY": "a"])
            _ = try await composer.compose(
                fixture.request([
                    HistoryLine(author: .business, text: "Welcome!"),
                    HistoryLine(author: .contact, text: "", type: type),
                ]))
            let body = try #require(network.sent.first).text
            #expect(
                body.contains("\"role\":\"user\"}]") && body.contains("Welcome!") && !body.contains("\"content\":\"\""))
        }
    }
}
