import Assistant
import Domain
import FoundationEssentials
import Outbound
import Support
import Synchronization
import Testing

/// Retries, fallback, trimming and the record of every call.
@Suite struct ModelChainTests {
    private final class Pauses: Sendable {
        let list = Mutex<[Double]>([])
        var all: [Double] { list.withLock { $0 } }
    }

    private func run(
        _ https: [(ModelProviderName, RecordingHTTP)], request: ModelRequest = Sample.request, jitter: UInt8 = 0
    ) async -> (outcome: ModelChain.Outcome, pauses: [Double]) {
        let pauses = Pauses()
        let chain = ModelChain(
            prices: PriceList(), ids: IDSource { UUID() },
            randomness: Randomness { [UInt8](repeating: jitter, count: $0) },
            pause: { seconds in pauses.list.withLock { $0.append(seconds) } })
        let candidates = https.compactMap { name, http in
            Sample.provider(name, http).map {
                ModelChain.Candidate(provider: $0, model: name == .openai ? "gpt-4o-mini" : nil)
            }
        }
        return (await chain.complete(request, candidates: candidates), pauses.all)
    }

    @Test func anAnswerIsOneRunWithItsPrice() async throws {
        let (outcome, pauses) = await run([(.openai, RecordingHTTP(Sample.openAIAnswer))])
        #expect(outcome.text == "Hello!" && outcome.answeredBy == "openai gpt-4o-mini" && pauses.isEmpty)
        let run = try #require(outcome.runs.first)
        #expect(run.tokensIn == 100 && run.cachedTokensIn == 40 && run.tokensOut == 20 && run.failure == nil)
        // 60 x 0.15 + 40 x 0.075 + 20 x 0.60 = 9 + 3 + 12 millionths.
        #expect(run.costMicros == 24)
    }

    @Test func twoRetriesWithBackoffThenTheNextProvider() async {
        let first = RecordingHTTP(500, "{}")
        let second = RecordingHTTP(Sample.anthropicAnswer)
        let (outcome, pauses) = await run([(.openai, first), (.anthropic, second)])
        #expect(first.requests.count == 3 && second.requests.count == 1)
        #expect(pauses == [0.5, 1.0])
        #expect(
            outcome.text == "Hello!" && outcome.runs.map(\.provider) == ["openai", "openai", "openai", "anthropic"])
        #expect(outcome.runs.map { $0.failure == nil } == [false, false, false, true])
        // A refused call costs nothing and is not "unknown".
        #expect(outcome.runs[0].costMicros == 0)
    }

    @Test func jitterTakesUpToAQuarter() async {
        #expect(await run([(.openai, RecordingHTTP(500, "{}"))], jitter: 255).pauses == [0.375, 0.75])
    }

    @Test(arguments: [(3.0, 3), (20.0, 1), (21.0, 1)])
    func theProvidersDelayIsObeyedOrTooLong(_ delay: Double, _ calls: Int) async {
        let http = RecordingHTTP(429, headers: [("retry-after", "\(delay)")], "{}")
        // Seven seconds in all: a delay of 20 doesn't fit, one of 21 would be too long anyway.
        let (outcome, pauses) = await run([(.openai, http)])
        #expect(http.requests.count == calls && pauses == Array(repeating: delay, count: calls - 1))
        #expect(outcome.text == nil && outcome.failures.last?.error.kind == .retry(after: delay))
    }

    @Test func aDelayOverTwentySecondsIsGivenUpEvenWithTimeLeft() async {
        var request = Sample.request
        request.timeout = 100
        let long = RecordingHTTP(429, headers: [("retry-after", "21")], "{}")
        #expect(await run([(.openai, long)], request: request).pauses.isEmpty)
        let short = RecordingHTTP(429, headers: [("retry-after", "20")], "{}")
        #expect(await run([(.openai, short)], request: request).pauses == [20, 20])
    }

    @Test(arguments: [401, 404, 400])
    func whatCannotSucceedIsNotRepeated(_ status: Int) async {
        let http = RecordingHTTP(status, "{}")
        let (outcome, pauses) = await run([(.openai, http)])
        #expect(http.requests.count == 1 && pauses.isEmpty && outcome.failures.last?.error.httpStatus == status)
    }

    @Test func aTimeoutIsNotRepeatedAndItsCostIsUnknown() async {
        let http = RecordingHTTP([.failure(OutboundError(.timedOut))])
        let (outcome, _) = await run([(.openai, http)])
        #expect(http.requests.count == 1 && outcome.runs.map(\.costMicros) == [nil])
    }

    @Test func aLongConversationIsHalvedOnce() async throws {
        let tooLong = "{\"error\":{\"code\":\"context_length_exceeded\"}}"
        let http = RecordingHTTP([.answer(400, tooLong), .answer(Sample.openAIAnswer)])
        #expect(await run([(.openai, http)]).outcome.text == "Hello!")
        let bodies = http.requests.map { String(decoding: $0.body, as: UTF8.self) }
        try #require(bodies.count == 2)
        #expect(bodies[0].contains("Welcome") && !bodies[1].contains("Welcome") && bodies[1].contains("Price?"))
        let always = RecordingHTTP(400, tooLong)
        #expect(await run([(.openai, always)]).outcome.failures.last?.error.kind == .contextTooLong)
        #expect(always.requests.count == 2)
    }

    @Test func aModelThatRefusesATemperatureIsAskedWithout() async throws {
        let refusal =
            "{\"error\":{\"message\":\"Unsupported value: 'temperature'\",\"param\":\"temperature\",\"code\":\"unsupported_value\"}}"
        let http = RecordingHTTP([.answer(400, refusal), .answer(Sample.openAIAnswer)])
        #expect(await run([(.openai, http)]).outcome.text == "Hello!")
        #expect(
            http.requests.map { String(decoding: $0.body, as: UTF8.self).contains("temperature") } == [true, false])
        let always = RecordingHTTP(400, refusal)
        _ = await run([(.openai, always)])
        #expect(always.requests.count == 2)
    }

    @Test(arguments: [
        "", "   \n", "<think>only thoughts", String(repeating: "word ", count: 2000), "\u{1}\u{2}\u{3}\u{4}abc",
    ])
    func garbageGoesToTheNextProviderAndIsPaid(_ text: String) async throws {
        let encoded = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        let body =
            "{\"choices\":[{\"message\":{\"content\":\(encoded)}}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":1000}}"
        let first = RecordingHTTP(body)
        let (outcome, _) = await run([(.openai, first), (.gemini, RecordingHTTP(Sample.geminiAnswer))])
        #expect(first.requests.count == 1)
        #expect(outcome.text == "Hello!" && outcome.runs.count == 2)
        #expect(outcome.runs[0].costMicros == 750 && outcome.runs[0].failure != nil)
    }

    @Test func theTimeGivenBoundsEverything() async {
        var request = Sample.request
        request.timeout = 0.2
        let http = RecordingHTTP(Sample.openAIAnswer)
        let (outcome, _) = await run([(.openai, http)], request: request)
        #expect(outcome.text == nil && http.requests.isEmpty)
        request.timeout = 10
        let first = RecordingHTTP(404, "{}")
        let second = RecordingHTTP(Sample.anthropicAnswer)
        _ = await run([(.openai, first), (.anthropic, second)], request: request)
        // The first leaves time for the one behind it.
        #expect(
            first.requests.allSatisfy { $0.timeout <= 6 }
                && second.requests.allSatisfy { $0.timeout <= 10 && $0.timeout > 6 })
    }

    @Test func anUnknownModelHasNoPriceAndThatIsNotZero() async {
        let body = Sample.openAIAnswer.replacing("m-1-dated", with: "brand-new")
        let (outcome, _) = await run([(.sambanova, RecordingHTTP(body)), (.openrouter, RecordingHTTP(body))])
        #expect(outcome.runs.first?.costMicros == 84, "the default model is in the table: 100 x 0.6 + 20 x 1.2")
        let (unknown, _) = await run([(.openrouter, RecordingHTTP(body))])
        #expect(unknown.runs.map(\.costMicros) == [nil])
    }

    /// One sentence for every call that failed, in order: which provider the operator has to look at.
    @Test func theWhyNamesEveryFailureInOrder() async {
        let (outcome, _) = await run([
            (.openai, RecordingHTTP(401, "{}")), (.groq, RecordingHTTP(500, "{}")),
            (.anthropic, RecordingHTTP([.failure(OutboundError(.timedOut))])),
        ])
        #expect(
            outcome.failures.story
                == "openai gpt-4o-mini: The provider refused the key: HTTP 401. "
                + "groq openai/gpt-oss-120b: The provider is failing or overloaded: HTTP 500. (3 times) "
                + "anthropic claude-haiku-4-5: The provider did not answer in time.")
        #expect(outcome.failures.map(\.error.reason) == outcome.runs.map(\.failure))
    }

    @Test func whomThereWasNoTimeForIsNamedToo() async {
        var request = Sample.request
        request.timeout = 0.2
        let (outcome, _) = await run([(.openai, RecordingHTTP(Sample.openAIAnswer))], request: request)
        #expect(outcome.failures.story == "openai gpt-4o-mini: There was no time left to ask it.")
    }

    /// The same provider for two reasons: both are told, each with its own number of times.
    @Test func twoReasonsOfOneProviderAreTwo() async {
        let http = RecordingHTTP([.answer(500, "{}"), .answer(500, "{}"), .answer(401, "{}")])
        let (outcome, _) = await run([(.openai, http)])
        #expect(
            outcome.failures.story
                == "openai gpt-4o-mini: The provider is failing or overloaded: HTTP 500. (2 times) "
                + "openai gpt-4o-mini: The provider refused the key: HTTP 401.")
    }

    /// A name is a persona's: the reason behind it stays to be read.
    @Test func aLongNameLeavesRoomForTheReason() async throws {
        let provider = try #require(Sample.provider(.openai, RecordingHTTP(404, "{}")))
        let candidate = ModelChain.Candidate(provider: provider, model: String(repeating: "long-", count: 300))
        let chain = ModelChain(
            prices: PriceList(), ids: IDSource { UUID() }, randomness: .system, pause: { _ in })
        let story = await chain.complete(Sample.request, candidates: [candidate]).failures.story
        #expect(story.contains("HTTP 404"))
    }

    @Test func theStoryIsBounded() async throws {
        let http = RecordingHTTP(404, "{}")
        let provider = try #require(Sample.provider(.openai, http))
        let candidates = (0..<20).map {
            ModelChain.Candidate(provider: provider, model: String(repeating: "\($0)", count: 300))
        }
        let chain = ModelChain(
            prices: PriceList(), ids: IDSource { UUID() }, randomness: .system, pause: { _ in })
        let story = await chain.complete(Sample.request, candidates: candidates).failures.story
        #expect(story.unicodeScalars.count == 1000)
    }

    private func answer(_ text: String, _ finish: String) -> String {
        "{\"choices\":[{\"message\":{\"content\":\"\(text)\"},\"finish_reason\":\"\(finish)\"}]}"
    }

    @Test func anAnswerWithoutAWholeSentenceIsAskedForOnceMoreAndShorter() async throws {
        let http = RecordingHTTP([.answer(answer("It costs 7.", "length")), .answer(answer("7.50 USD.", "stop"))])
        let (outcome, pauses) = await run([(.openai, http)])
        #expect(outcome.text == "7.50 USD." && pauses.isEmpty)
        try #require(http.requests.count == 2)
        #expect(!http.requests[0].text.contains("one or two short sentences"))
        #expect(http.requests[1].text.contains("one or two short sentences"))
    }

    @Test func aCallOfAToolIsAnsweredWithAPleaForPlainWords() async throws {
        let http = RecordingHTTP([.answer(answer("<tool_call>x", "stop")), .answer(answer("We open at 9.", "stop"))])
        #expect(await run([(.openai, http)]).outcome.text == "We open at 9.")
        #expect(http.requests.last?.text.contains("You have no tools") == true)
    }

    @Test(arguments: [("It costs 7.", "length"), ("<tool_call>x", "stop")])
    func asksOnceMoreAndThenTheNext(_ text: String, _ finish: String) async {
        let first = RecordingHTTP(answer(text, finish))
        let (outcome, _) = await run([(.openai, first), (.gemini, RecordingHTTP(Sample.geminiAnswer))])
        #expect(first.requests.count == 2 && outcome.text == "Hello!" && outcome.runs.count == 3)
    }
}
