import Assistant
import Domain
import FoundationEssentials
import Outbound
import Support
import Testing

/// One order of turns for all providers, judged by what leaves for each of them.
@Suite struct AlternationTests {
    private static let histories: [[ModelMessage.Role]] = {
        let roles: [ModelMessage.Role] = [.user, .assistant]
        var all: [[ModelMessage.Role]] = [[]]
        for length in 1...4 {
            let longest = all.filter { $0.count == length - 1 }
            all += longest.flatMap { history in roles.map { history + [$0] } }
        }
        return all
    }()

    /// Every history of up to four messages.
    @Test(arguments: ModelProviderName.online)
    func everyRequestBeginsAndEndsWithTheCustomer(_ name: ModelProviderName) async throws {
        #expect(Self.histories.count == 31)
        for history in Self.histories {
            var request = Sample.request
            request.messages = history.enumerated().map { ModelMessage(role: $0.element, text: "line\($0.offset)") }
            let http = RecordingHTTP(Sample.answer(of: name))
            _ = try await #require(Sample.provider(name, http)).complete(request)
            let body = try #require(http.requests.first).text
            let roles = Self.roles(body)
            #expect(roles.first == "user" && roles.last == "user", "\(name) \(history)")
            #expect(zip(roles, roles.dropFirst()).allSatisfy { $0 != $1 }, "\(name) \(history): \(roles)")
            #expect(history.indices.allSatisfy { body.contains("line\($0)") }, "\(name) \(history): something was lost")
        }
    }

    /// Halving a history that is too long leaves no beginning that is the business's.
    @Test func aHalvedHistoryIsInOrderToo() async throws {
        let http = RecordingHTTP([
            .answer(400, "{\"error\":{\"code\":\"context_length_exceeded\"}}"), .answer(Sample.openAIAnswer),
        ])
        var request = Sample.request
        request.messages = (0..<6).map { ModelMessage(role: $0 % 2 == 0 ? .user : .assistant, text: "line\($0)") }
        let chain = ModelChain(
            prices: PriceList(), ids: IDSource { UUID() }, randomness: .system, pause: { _ in })
        _ = await chain.complete(
            request, candidates: [ModelChain.Candidate(provider: try #require(Sample.provider(.mistral, http)))])
        try #require(http.requests.count == 2)
        let roles = Self.roles(http.requests[1].text)
        #expect(roles.first == "user" && roles.last == "user")
    }

    private static func roles(_ body: String) -> [String] {
        body.matches(of: /"role":"(user|assistant|model)"/).map { $0.1 == "user" ? "user" : "assistant" }
    }

    @Test func whatIsInOrderStaysAsItIs() {
        let messages = [
            ModelMessage(role: .user, text: "a"), ModelMessage(role: .assistant, text: "b"),
            ModelMessage(role: .user, text: "c"),
        ]
        #expect(messages.alternating == messages)
        let quick = [ModelMessage(role: .user, text: "a"), ModelMessage(role: .user, text: "b")]
        #expect(quick.alternating == [ModelMessage(role: .user, text: "a\nb")])
        let silent = ModelMessage(role: .assistant, text: " \n")
        #expect([quick[0], silent, quick[1]].alternating == quick.alternating, "who says nothing takes no turn")
    }

    @Test(arguments: MessageType.allCases, [true, false])
    func everyMessageIsSomethingInWords(_ type: MessageType, _ isCustomer: Bool) throws {
        for text in ["", " ", "👍"] {
            let line = TranscriptLine(isCustomer: isCustomer, text: text, type: type)
            let messages = Transcript.messages([line], limit: 5)
            #expect(messages.count == 1)
            let words = try #require(messages.first).text
            #expect(!words.filter { !$0.isWhitespace }.isEmpty && words.contains(text.filter { !$0.isWhitespace }))
        }
    }

    @Test(arguments: [
        (MessageType.sticker, "image/webp", "", "[sticker attached; you can't see it]"),
        (.image, "image/jpeg", "Is it this?", "Is it this?\n[image attached; you can't see it]"),
        (.document, "application/pdf", "", "[file attached; you can't see it]"),
        (.audio, "audio/ogg", "", "[audio attached; you can't see it]"),
        (.location, "", "52.5, 13.4", "[a location was shared]\n52.5, 13.4"),
        (.reaction, "", "👍", "[reacted to a message with 👍]"), (.sticker, "", "", "[a sticker that you can't see]"),
    ])
    func whatIsNoTextIsNamed(_ type: MessageType, _ contentType: String, _ text: String, _ words: String) {
        let media = contentType.isEmpty ? [] : [MediaReference(url: "u", contentType: contentType)]
        let line = TranscriptLine(isCustomer: true, text: text, type: type, media: media)
        #expect(Transcript.messages([line], limit: 5).map(\.text) == [words])
    }
}
