import Support
import Testing

@testable import Assistant

/// Strings of the sources, links and words like code reach the customer byte for byte.
@Suite struct ExactStringTests {
    private func clean(_ text: String, _ sources: SourceStrings = SourceStrings()) throws -> String {
        try AnswerText.clean(ModelAnswer(text: text, usage: .none, model: "m"), keeping: sources)
    }

    private static func random(_ random: inout SeededGenerator) -> String {
        let signs = Array("**__~~``[]()<>.,:;!?/-+=#ab17éß字ع")
        let length = Int.random(in: 1...14, using: &random)
        return String((0..<length).map { _ in signs.randomElement(using: &random) ?? "a" })
    }

    /// Any text that is made of them, as tests of the whole road can't try them.
    @Test func aTextOfExactStringsPassesByteForByte() throws {
        for seed in UInt64(1)...400 {
            var random = SeededGenerator(seed: seed)
            let words = (0..<12).map { _ in Self.random(&random) }.filter { word in !word.allSatisfy { $0 == "#" } }
            let sources = SourceStrings(shown: ["Codes: " + words.joined(separator: " and ") + "."])
            let text =
                (0..<20).map { _ in
                    (words.randomElement(using: &random) ?? "x")
                        + (["\n", " ", " "].randomElement(using: &random) ?? " ")
                }.joined() + "end"
            let shown = try clean(text, sources)
            #expect(shown.utf8.elementsEqual(text.utf8), "seed \(seed): \(text.debugDescription)")
        }
    }

    @Test(arguments: ["A**B**", "__Gold__", "~~x~~", "**", "[a](https://a.example)", "`", "#7_*"])
    func onlyWhatTheSourcesHoldIsExact(_ word: String) throws {
        let sources = SourceStrings(shown: ["Say \(word), please."])
        #expect(try clean("It is \(word)!", sources) == "It is \(word)!")
        #expect(try clean("**It** is \(word)!", sources) == "*It* is \(word)!")
        #expect(try clean("It is **\(word)**!", sources).contains(word))
    }

    @Test func headingsOfTheSourcesStay() throws {
        let sources = SourceStrings(shown: ["Gates:\n# 12 bis"])
        #expect(try clean("# 12 bis", sources) == "# 12 bis")
        #expect(try clean("# 12 ter", sources) == "# 12 ter" || clean("# 12 ter", sources) == "12 ter")
        #expect(try clean("# Hello", sources) == "Hello")
    }

    /// The prompt shows look-alikes of angle brackets; customers must not.
    @Test func whatThePromptHadToChangeIsSetRight() throws {
        let sources = SourceStrings(
            shown: ["Settings -› Wi-Fi, then type ‹b›ok‹/b›"], written: ["Settings -> Wi-Fi, then type <b>ok</b>"])
        #expect(
            try clean("Go to Settings -› Wi-Fi and type ‹b›ok‹/b›.", sources)
                == "Go to Settings -> Wi-Fi and type <b>ok</b>.")
        #expect(try clean("A ‹new› word", sources) == "A ‹new› word")
        let numbers = SourceStrings(shown: ["Gates\n＃5 Blue"], written: ["Gates\n#5 Blue"])
        #expect(try clean("Take ＃5, please.", numbers) == "Take #5, please.")
    }

    /// A business may sell software: its own example is no call of a tool.
    @Test func dataOfTheSourcesMayBeQuoted() throws {
        let example = "{\"name\": \"hours\", \"parameters\": {}}"
        let sources = SourceStrings(shown: ["Send \(example) to us."])
        #expect(try clean(example, sources) == example)
        #expect(try clean("Send this:\n```json\n\(example)\n```", sources) == "Send this:\n\(example)")
        #expect(throws: ModelError.self) { try clean(example) }
    }

    /// Examples of CommonMark 0.31, section 6.2: which runs are emphasis, and which aren't.
    @Test(arguments: [
        ("**foo bar**", "*foo bar*"), ("** foo bar**", "** foo bar**"), ("a**\"foo\"**", "a**\"foo\"**"),
        ("foo**bar**", "foo*bar*"), ("__foo bar__", "*foo bar*"), ("__ foo bar__", "__ foo bar__"),
        ("foo__bar__", "foo__bar__"), ("**foo, **bar**, baz**", "*foo, bar, baz*"), ("**foo bar **", "**foo bar **"),
        ("**(**foo)", "**(**foo)"), ("**foo*", "**foo*"), ("__foo_", "__foo_"),
        ("**foo [bar](/url)**", "*foo [bar](/url)*"),
        ("*foo**bar***", "_foo*bar*_"), ("***foo** bar*", "_*foo* bar_"), ("foo***", "foo***"),

    ])
    func emphasisIsWhereCommonMarkHasIt(_ written: String, _ shown: String) throws {
        #expect(try clean(written) == shown)
    }

    @Test(arguments: [
        "*", "_", "~", "`", "[", "**a ", "a**", "[x](https://", "<", "](", "\n#", "```\n", "*a_", "__a__b ",
    ])
    func costGrowsWithTheText(_ unit: String) {
        let growth = GrowthOfCost.whenDoubled(1_500 / unit.count, input: { String(repeating: unit, count: $0) }) {
            text in
            _ = MessengerText.shown(text, keeping: SourceStrings())
        }
        #expect(growth <= 2.5, "\(unit.debugDescription) costs \(growth) times as much when doubled")
    }

    @Test(arguments: [
        "<", "[", "<|", "◁", "<think>", "</think>", "assistant\n\n", "<|x", "data: ", "```json\n{", "{\"a\":", "\n{",
        "<s>a</s>", "<s>", "f(", "a_b(\"", "a_b(c=", "{'name':", "[a]", "[[", "[person]", "analysis ",
        "\"assistant\n\n",
    ])
    func costOfReadingGrowsWithTheText(_ unit: String) {
        let growth = GrowthOfCost.whenDoubled(4_000 / unit.count, input: { String(repeating: unit, count: $0) }) {
            text in
            let spoken = try? SpokenText.read(text)
            _ = try? StructuredText.read(spoken ?? text, SourceStrings())
            _ = Handover.read(text)
        }
        #expect(growth <= 2.5, "\(unit.debugDescription) costs \(growth) times as much when doubled")
    }
}
