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

@Suite struct GroundingTests {
    private let business =
        "The Premium plan costs 29 USD a month. Delivery is 1,299.00 €. See https://shop.example.com/menu or call +1 555 123-4567. 10% off on 2026-12-24."

    /// An adversarial model that invents figures; none may leave.
    @Test(arguments: [
        "It costs $19.", "Only 29.50 USD!", "You get 15% off.", "Pay at https://evil.example/pay.",
        "Write to boss@shop.com.",
        "Call 555 999 8888.", "That's 12 euros.", "€1300.", "Rs 500 only.", "It is USD 30.", "See www.other.com/x.",
        "visit phish.io now.",
    ])
    func whatNobodyGaveIsTakenOut(_ sentence: String) {
        let checked = Grounding.check(
            "Hello! \(sentence) Bye.", business: business, said: [], asked: ["is it $19 or 12 euros?"])
        #expect(checked.text == "Hello! Bye.")
        #expect(checked.removed == [sentence])
    }

    @Test(arguments: [
        "Premium is $29 a month.", "It costs 29.00 USD.", "Delivery is €1299.", "Delivery is 1.299 €.", "10 % off!",
        "See shop.example.com/menu.", "See https://shop.example.com.", "Call +1 555 123 4567.", "We open at 9.",
        "There are 3 sizes.",
        "Your address me@home.net is noted.",
    ])
    func whatWasGivenStays(_ sentence: String) {
        let checked = Grounding.check(sentence, business: business, said: [], asked: ["write to me@home.net"])
        #expect(checked.text == sentence && checked.removed.isEmpty)
    }

    @Test func sentencesKeepTheirDotsAndJoinToTheText() {
        let text = "It is 3.50 at example.com. Really? Yes!\nNext line"
        #expect(Sentences.split(text).joined() == text)
        #expect(Sentences.split(text).map(\.trimmed) == ["It is 3.50 at example.com.", "Really?", "Yes!", "Next line"])
    }

    @Test(arguments: [
        "Sorry.\n**[[PERSON]]**", "Sorry. `[[PERSON]]`", "Sorry.\n[[PESSOA]]", "Sorry.\n[PERSON]",
        "Sorry.\n[[person]].",
        "Sorry.\n [[ PERSON ]] ", "[[PERSON]]\nSorry.", "Sorry.\n[[人]]", "Sorry. [[PERSON]][[PERSON]]",
    ])
    func theSignIsReadHoweverItIsDressed(_ text: String) {
        #expect(Handover.read(text) == ("Sorry.", true))
    }

    @Test(arguments: ["Choose [A].", "[Menu]", "Bring [[it]] along.", "[[1]]"])
    func otherBracketsAreNoSign(_ text: String) {
        #expect(Handover.read(text) == (text, false))
    }

    @Test func theSignForAPersonNeverReachesTheCustomer() {
        #expect(Handover.read("Sorry.\n[[PERSON]]") == ("Sorry.", true))
        #expect(Handover.read("[[PERSON]] a") == ("a", true))
        #expect(Handover.read("Fine.") == ("Fine.", false))
    }
}
