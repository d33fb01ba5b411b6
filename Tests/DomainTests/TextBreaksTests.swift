import Domain
import Support
import Testing

/// Never inside a figure, a link, a word: wherever a text is divided.
@Suite struct TextBreaksTests {
    private static let figures = [
        "7.50", "1,299.00", "1 299,00 €", "1\u{A0}299,00\u{202F}€", "$ 7.50", "USD 29", "29 USD", "+1 555 123-4567",
        "10 %", "٧٫٥٠",
        "₹1,00,000", "12/24/2026", "2026-12-24", "09:30", "(555) 123 4567", "R$ 199,90", "1'000'000", "U.S.",
        "https://shop.example.com/a?b=1.5,c", "info@shop.example.com", "3. Mai", "Dr. Smith", "z. B.", "👨‍👩‍👧", "naïve",
        "字",
    ]

    /// Each of them at each distance from the limit.
    @Test(arguments: figures)
    func whatBelongsTogetherStaysTogether(_ figure: String) {
        for before in 0...40 {
            let text =
                String(repeating: "ab ", count: before / 3) + String(repeating: "c", count: before % 3)
                + " \(figure) cd ef gh ij kl"
            let parts = MessageSplit(text, limit: 40, maximumParts: 20).parts
            #expect(parts.contains { $0.contains(figure) }, "\(figure) was divided: \(parts)")
            let cut = MessageSplit(text, limit: 40, maximumParts: 1).parts
            #expect(cut.allSatisfy { Self.isWhole(figure, in: $0) }, "\(figure) was cut: \(cut)")
        }
    }

    /// All of it or nothing: a beginning of the figure would have it differ from the same text without it.
    private static func isWhole(_ figure: String, in part: String) -> Bool {
        if part.contains(figure) { return true }
        let words = Set(["ab", "c", "cc", "cd", "ef", "gh", "ij", "kl", "\u{2026}"])
        return part.split(separator: " ").allSatisfy { words.contains(String($0)) }
    }

    @Test(arguments: [
        ("One two. Three four", 12, "One two."), ("It costs 1 299,00 € today", 14, "It costs"), ("abc", 3, "abc"),
        ("abcdef", 3, "abc"), ("abc", 0, ""), ("   ab cd", 6, "   ab"), ("See https://a.example/x", 12, "See"),
    ])
    func aBeginningIsWhole(_ text: String, _ limit: Int, _ beginning: String) {
        #expect(text.beginning(upTo: limit) == beginning)
    }

    @Test func aColumnOfFactsHoldsWholeOnes() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}"
        #expect("A costs 7.50".beginning(upToScalars: 10) == "A costs")
        #expect(
            "a \(family)".beginning(upToScalars: 4) == "a" && "a \(family)".beginning(upToScalars: 7) == "a \(family)")
        for limit in 0...40 {
            let kept = String(repeating: "\(family) 7.50 ", count: 5).beginning(upToScalars: limit)
            #expect(kept.unicodeScalars.count <= limit && !kept.hasSuffix("7.") && !kept.hasSuffix("7.5"))
        }
    }

    @Test func aWordThatFitsIntoAMessageIsNotDivided() {
        let word = String(repeating: "w", count: 35)
        #expect(MessageSplit("a \(word) b", limit: 36).parts == ["a", word, "b"])
    }

    @Test(arguments: [
        ("هل أنت هنا الآن؟ نعم أنا هنا الآن مع الجميع", "هل أنت هنا الآن؟"),
        ("جی ہاں ہم ہیں۔ ہم آج بھی کھلے ہیں", "جی ہاں ہم ہیں۔"),
        ("हाँ जी बिल्कुल। हम आज खुले हैं और कल", "हाँ जी बिल्कुल।"), ("我们早上九点开门了。价格是七元五角整不多不少", "我们早上九点开门了。"),
        ("Այո, մենք բաց ենք։ Այսօր և վաղը", "Այո, մենք բաց ենք։"),
        ("Yes, we are open! Today and tomorrow", "Yes, we are open!"),
    ])
    func sentencesEndInEveryScript(_ text: String, _ first: String) {
        #expect(MessageSplit(text, limit: 20).parts.first == first)
    }

    @Test(arguments: [
        "word ", "w", "7.50 ", ". ", ".", "a. ", "字", "。", "https://a.example/ ", "http://", "http://字", "www.", "1 ",
        "\n", "\u{A0}",
        "a\u{301}", "é ", "( ", "A. ",
    ])
    func costGrowsWithTheText(_ unit: String) {
        let growth = GrowthOfCost.whenDoubled(
            2_400 / unit.count, input: { String(repeating: unit, count: $0) }, work: { _ = MessageSplit($0) })
        #expect(growth <= 2.5, "\(unit.debugDescription) costs \(growth) times as much when doubled")
    }
}
