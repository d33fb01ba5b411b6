import Domain
import FoundationEssentials
import Support
import Testing

@Suite struct MessageSplitTests {
    @Test func aShortTextIsOneMessage() {
        #expect(MessageSplit("Hello.").parts == ["Hello."])
        #expect(MessageSplit(String(repeating: "a", count: 1600)).parts.count == 1)
        #expect(MessageSplit("").parts.isEmpty && MessageSplit(" \n\t").parts.isEmpty)
        #expect(MessageSplit("  a  ").parts == ["a"])
    }

    @Test func paragraphsThenSentencesThenWords() {
        #expect(
            MessageSplit("One two. Three.\n\nFour five six.", limit: 24).parts == ["One two. Three.", "Four five six."])
        #expect(MessageSplit("One two three. Four five six.", limit: 20).parts == ["One two three.", "Four five six."])
        #expect(MessageSplit("one two three four five six", limit: 16).parts == ["one two three", "four five six"])
    }

    /// A family emoji is 11 UTF-16 units: over by one unit although one character.
    @Test func lengthsAreUTF16Units() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}"
        let text = String(repeating: "a", count: 1590) + family
        #expect(MessageSplit(text).parts == [String(repeating: "a", count: 1590), family])
    }

    @Test func aLinkMovesWholeToTheNextMessage() {
        let link = "https://example.com/" + String(repeating: "x/?a=1&b=2,", count: 100)
        let before = String(repeating: "word ", count: 150)
        let parts = MessageSplit(before + link + " after").parts
        #expect(parts.count == 2 && parts[1].hasPrefix(link))
        let glued = MessageSplit(String(repeating: "\u{5b57}", count: 1595) + "https://example.com/abc\u{5b57}").parts
        #expect(glued.count == 2 && glued[1] == "https://example.com/abc\u{5b57}")
    }

    @Test func anEndlessTextIsCutAndSaysSo() {
        let split = MessageSplit(String(repeating: "word ", count: 10_000))
        #expect(split.isCut && split.parts.count == MessageSplit.maximumParts)
        #expect(split.parts.last?.hasSuffix("\u{2026}") == true)
        #expect(split.parts.allSatisfy { $0.utf16.count <= 1600 })
        let exact = MessageSplit(String(repeating: "a", count: 32), limit: 16, maximumParts: 2)
        #expect(!exact.isCut && exact.parts.count == 2)
    }

    /// One letter under a thousand accents is one cluster, longer than a message.
    @Test func aClusterLongerThanAMessageIsBrokenBetweenScalars() {
        let monster = "a" + String(repeating: "\u{301}", count: 2000)
        let parts = MessageSplit(monster).parts
        #expect(parts.count == 2 && parts.joined().unicodeScalars.elementsEqual(monster.unicodeScalars))
    }

    private static let words: [String] = [
        "word", "a", "Straße", "e\u{301}te\u{301}", "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{1f1e7}\u{1f1f7}\u{1f1e9}\u{1f1ea}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{645}\u{631}\u{62d}\u{628}\u{627}\u{61f}", "\u{4f60}\u{597d}\u{3002}",
        "\u{915}\u{94d}\u{937}\u{93f}", "End.", "Why?", "\u{1f44b}\u{1f3fd}", "https://example.com/p/\u{e9}?q=1#f",
        "www.example.org/" + String(repeating: "long", count: 30), String(repeating: "z", count: 70),
    ]
    private static let gaps = [" ", " ", " ", "\n", "\n\n", "\r\n", "\t", "\u{a0}", "  "]

    @Test func randomTextKeepsItsClustersItsLinksAndItsLimits() {
        for seed in UInt64(1)...300 {
            var random = SeededGenerator(seed: seed)
            let text = Self.text(&random)
            let limit = Int.random(in: 140...200, using: &random)
            let split = MessageSplit(text, limit: limit, maximumParts: 1_000)
            #expect(!split.isCut, "seed \(seed)")
            #expect(split.parts.allSatisfy { $0.utf16.count <= limit && !$0.isEmpty }, "seed \(seed)")
            #expect(Self.ink(split.parts.joined(separator: "\n")) == Self.ink(text), "seed \(seed): clusters differ")
            let links = Self.links(text)
            #expect(split.parts.flatMap { Self.links($0) } == links, "seed \(seed): a link was cut")
            // Breaking at half-full paragraphs and quarter-full words bounds the number of messages.
            #expect(split.parts.count <= 1 + text.utf16.count * 5 / limit, "seed \(seed)")
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...120, using: &random)).map { _ in
            (words.randomElement(using: &random) ?? "") + (gaps.randomElement(using: &random) ?? "")
        }.joined()
    }

    private static func ink(_ text: String) -> [Character] {
        text.filter { !$0.unicodeScalars.allSatisfy(\.properties.isWhitespace) }
    }

    private static func links(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("http") || $0.hasPrefix("www.") }
    }
}
