import Domain
import Testing

@Suite struct CutTextTests {
    /// One `Character` and two scalars each: Postgres counts the scalars.
    @Test func aTextIsCutByWhatTheDatabaseCounts() {
        let flags = String(repeating: "\u{1F1E9}\u{1F1EA}", count: 1_000)
        #expect(flags.count == 1_000)
        #expect(flags.cut(to: 1_000).unicodeScalars.count == 1_000)
        #expect(flags.cut(to: 1_000) == String(repeating: "\u{1F1E9}\u{1F1EA}", count: 500))
        #expect(flags.cut(to: 3).unicodeScalars.map(\.value) == [0x1F1E9, 0x1F1EA, 0x1F1E9])
    }

    @Test func whatFitsStaysAsItIsAndNothingIsTakenOfIt() {
        for text in ["", "abc", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}"] {
            #expect(text.cut(to: .max) == text && text.cut(to: text.unicodeScalars.count) == text)
        }
        #expect("abc".cut(to: 0).isEmpty)
    }

    @Test func whatTheDatabaseTakesInNoTextIsLeftOutAndCountsNothing() {
        #expect("a\0b\0c".cut(to: .max) == "abc")
        #expect("a\0b\0c".cut(to: 2) == "ab")
    }
}
