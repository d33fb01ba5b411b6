import Assistant
import Domain
import FoundationEssentials
import Support
import Testing

/// Model answers in the formats that models publish (`Tests/Vectors/model-answers`), through the chain that asks for them: no
/// internals reach the phone, no true answer is lost.
@Suite struct ModelAnswersTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        /// What the model wrote; else `body` is the provider's whole answer.
        var text: String?
        var finish: String?
        var provider: String?
        var body: String?
        /// What must be sent; `nil`: it is no answer.
        var sends: String?

        var testDescription: String { name }
    }

    static let files = [
        "harmony", "qwen-hermes", "deepseek", "mistral", "llama", "gemma-gemini", "other-models", "thinking",
        "tool-calls", "cut", "plain", "refused-empty",
    ]

    @Test(arguments: files)
    func whatIsForTheCustomerIsSentAndNothingElse(_ file: String) async throws {
        let cases: [Case] = try Vectors.load("model-answers/\(file).json")
        #expect(cases.count >= 10, "\(file).json holds too few answers to prove anything")
        for answer in cases {
            for (name, body) in try Self.bodies(of: answer) {
                let outcome = await Self.chain(name, body)
                #expect(outcome.text == answer.sends, "\(file): \(answer.name), from \(name.rawValue)")
                #expect((outcome.text == nil) == !outcome.failures.isEmpty, "\(file): \(answer.name) says why")
            }
        }
    }

    @Test func thereAreTwoHundredAndMore() throws {
        let counts = try Self.files.map { try Vectors.load("model-answers/\($0).json", as: [Case].self).count }
        #expect(counts.reduce(0, +) >= 200)
    }

    /// Whatever a text is cut to, nothing between signs of control is sent.
    @Test func noBeginningOfAnAnswerShowsWhatIsInside() async throws {
        let secret = "Secret rule: 40 percent margin"
        for whole in [
            "<think>\(secret).</think>Hello! We open at 9.",
            "<|channel|>analysis<|message|>\(secret).<|end|><|start|>assistant<|channel|>final<|message|>Hello! We open.<|return|>",
            "[THINK]\(secret).[/THINK]Hello! We open at 9.", "Hello! <reasoning>\(secret).</reasoning>",
            "<|python_tag|>{\"name\":\"x\",\"parameters\":{\"q\":\"\(secret).\"}}",
        ] {
            for length in stride(from: 1, through: whole.count, by: 3) {
                let body = try Self.answer(.groq, String(whole.prefix(length)), isCut: true)
                let sent = await Self.chain(.groq, body).text ?? ""
                let isClean = !sent.contains("margin") && !sent.contains("|") && !sent.contains("think")
                #expect(isClean, "\(sent.debugDescription) of \(whole.prefix(length).debugDescription)")
            }
        }
    }

    // MARK: Providers' answers

    private static func bodies(of answer: Case) throws -> [(ModelProviderName, String)] {
        if let text = answer.text {
            return try [ModelProviderName.groq, .anthropic, .gemini].map { name in
                (name, try Self.answer(name, text, isCut: answer.finish == "length"))
            }
        }
        let name = try #require(answer.provider.flatMap(ModelProviderName.init), "\(answer.name) names no provider")
        return [(name, try #require(answer.body))]
    }

    /// As the provider's dialect has it.
    private static func answer(_ name: ModelProviderName, _ text: String, isCut: Bool) throws -> String {
        let text = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        return switch name {
        case .anthropic:
            """
            {"content":[{"type":"text","text":\(text)}],"stop_reason":"\(isCut ? "max_tokens" : "end_turn")",
            "usage":{"input_tokens":9,"output_tokens":3}}
            """
        case .gemini:
            """
            {"candidates":[{"content":{"role":"model","parts":[{"text":\(text)}]},
            "finishReason":"\(isCut ? "MAX_TOKENS" : "STOP")"}],"usageMetadata":{"promptTokenCount":9}}
            """
        default:
            """
            {"choices":[{"message":{"role":"assistant","content":\(text)},"finish_reason":"\(isCut ? "length" : "stop")"}],
            "usage":{"prompt_tokens":9,"completion_tokens":3}}
            """
        }
    }

    private static func chain(_ name: ModelProviderName, _ body: String) async -> ModelChain.Outcome {
        let chain = ModelChain(
            prices: PriceList(), ids: IDSource { UUID() }, randomness: Randomness { [UInt8](repeating: 0, count: $0) },
            pause: { _ in })
        let candidates = Sample.provider(name, RecordingHTTP(body)).map { [ModelChain.Candidate(provider: $0)] } ?? []
        return await chain.complete(Sample.request, candidates: candidates)
    }
}
