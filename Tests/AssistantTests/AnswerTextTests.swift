import Testing

@testable import Assistant

@Suite struct AnswerTextTests {
    private func clean(_ text: String, isCut: Bool = false) throws -> String {
        try AnswerText.clean(
            ModelAnswer(text: text, isCut: isCut, usage: .none, model: "m"), keeping: SourceStrings())
    }

    @Test(arguments: [
        ("# Hello\n**Bold** [us](https://a.example/x)", "Hello\n*Bold* us (https://a.example/x)"),
        ("<think>secret</think>\nHi", "Hi"), ("a\r\n\n\n\nb", "a\n\nb"), ("```\ncode\n```", "code"),
        ("ok \u{202E}evil\u{202C}", "ok evil"), ("#1 in town", "#1 in town"),
        (
            "Nice caf\u{FFFD}, really nice, come and see us soon please",
            "Nice caf, really nice, come and see us soon please"
        ),
    ])
    func repliesBecomePlainText(_ written: String, _ shown: String) throws {
        #expect(try clean(written) == shown)
    }

    @Test(arguments: ["", " \n ", "```\n```", "…", "<think>hm", "\u{0}\u{0}"])
    func nothingIsNoAnswer(_ text: String) {
        #expect(throws: ModelError.self) { try clean(text) }
    }

    @Test func lengthIsBounded() throws {
        #expect(throws: ModelError.self) { try clean(String(repeating: "a", count: 8001)) }
        let long = try clean(String(repeating: "A short sentence. ", count: 300))
        #expect(long.count <= 3000 && long.hasSuffix("sentence."))
        #expect(try clean("First. Second is cut of", isCut: true) == "First.")
    }
}

/// A model asks for a person by a sign of its own, however it dresses it.
@Suite struct HandoverSignTests {
    @Test(arguments: [
        "Sorry.\n**[[PERSON]]**", "Sorry. `[[PERSON]]`", "Sorry.\n[[PESSOA]]", "Sorry.\n[PERSON]",
        "Sorry.\n[[person]].",
        "Sorry.\n [[ PERSON ]] ", "[[PERSON]]\nSorry.", "Sorry.\n[[人]]", "Sorry. [[PERSON]][[PERSON]]",
        "Sorry. [[PESSOA]]", "Sorry. [PERSON]", "Sorry. [[Person]]", "Sorry. [[persona]].", "[PESSOA] Sorry.",
        "Sorry. **[PERSON]**", "Sorry. [person]", "Sorry. [[PERSON]", "Sorry. [PERSON]]", "Sorry. [[UNE PERSONNE]]",
        "Sorry.\n【人工】", "Sorry. [[व्यक्ति]]", "[[HUMAN]] Sorry. [[HUMAN]]", "Sorry. ([[PERSON]])",
    ])
    func theSignIsReadHoweverItIsDressed(_ text: String) {
        #expect(Handover.read(text) == ("Sorry.", true))
    }

    @Test func wordsStayOnBothSidesOfTheSign() {
        #expect(Handover.read("Un momento. [[PESSOA]] Gracias.") == ("Un momento. Gracias.", true))
        #expect(Handover.read("Hi [[PERSON]], bye") == ("Hi, bye", true))
    }

    @Test(arguments: [
        "Choose [A].", "[Menu]", "Bring [[it]] along.", "[[1]]", "Choose [[A]] or [[B]].",
        "5 EUR per [person] and day.",
        "See [Person](https://a.example/p).", "回复【人工】转客服。", "[MENU] and [INFO]", String(repeating: "[[", count: 3000),
    ])
    func otherBracketsAreNoSign(_ text: String) {
        #expect(Handover.read(text) == (text, false))
    }

    @Test func theSignForAPersonNeverReachesTheCustomer() {
        #expect(Handover.read("Sorry.\n[[PERSON]]") == ("Sorry.", true))
        #expect(Handover.read("[[PERSON]] a") == ("a", true))
        #expect(Handover.read("Fine.") == ("Fine.", false))
    }
}
