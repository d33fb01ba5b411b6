import Domain
import Testing

@Suite struct OptOutTests {
    /// Twilio's documented words (K21).
    @Test(arguments: [
        ("STOP", OptOutKeyword.stop), (" stop\n", .stop), ("StopAll", .stop), ("unsubscribe", .stop), ("Cancel", .stop),
        ("END", .stop), ("quit", .stop), ("REVOKE", .stop), ("OptOut", .stop), ("start", .start), ("UNSTOP", .start),
        ("help", .help), ("INFO", .help), ("\u{FF33}\u{FF34}\u{FF2F}\u{FF30}", .stop), ("\u{200e}Stop\u{200b}", .stop),
    ])
    func aWordAloneIsAKeyword(_ text: String, _ keyword: OptOutKeyword) {
        #expect(OptOut.keyword(in: text) == keyword)
    }

    @Test(arguments: [
        "", "stop it", "please cancel my booking", "stop!", "yes", "st op", "the end", "alta", "ayuda", "voltar",
        "\u{0}",
        String(repeating: "stop", count: 100), String(repeating: "\u{301}", count: 50_000),
    ])
    func everythingElseIsAMessage(_ text: String) {
        #expect(OptOut.keyword(in: text) == nil)
    }

    /// Every word of every language, however it is written.
    @Test func everyWordOfEveryLanguageCounts() {
        #expect(OptOutWords.languages.count >= 30)
        for (language, words) in OptOutWords.languages {
            #expect(!words.stop.isEmpty && !words.start.isEmpty && !words.help.isEmpty, "\(language)")
            for word in words.stop {
                #expect(OptOut.keyword(in: word) == .stop, "\(language) \(word)")
                #expect(OptOut.keyword(in: " \(word.uppercased())\u{200f} ") == .stop, "\(language) \(word)")
                #expect(word.unicodeScalars.count <= OptOut.longestWord)
            }
            for word in words.start {
                #expect(OptOut.keyword(in: word, isOptedOut: true) == .start, "\(language) \(word)")
            }
            #expect(words.stop.isDisjoint(with: OptOutWords.all.start), "\(language)")
        }
    }

    @Test(arguments: ["Yes", "alta", "ПОДПИСАТЬСЯ"])
    func whatRestartsInOtherWordsDoesSoOnlyForThoseWhoStopped(_ word: String) {
        #expect(OptOut.keyword(in: word, isOptedOut: true) == .start)
        #expect(OptOut.keyword(in: word) == nil)
    }

    @Test func aBusinesssOwnWordsStop() {
        let own = OptOut.own(" Leave me ALONE,\nno más fotos, ,")
        #expect(own == ["leave me alone", "no mas fotos"])
        #expect(OptOut.keyword(in: "No MÁS fotos", own: own) == .stop)
        #expect(OptOut.keyword(in: "", own: own) == nil && OptOut.own(" , ") == [])
    }

    @Test func twiliosWordWinsAndItsAnswerIsNotRepeated() {
        #expect(OptOut.keyword(in: "revoke", providerType: "STOP") == .stop)
        #expect(OptOut.keyword(in: "hello", providerType: "new") == nil)
        #expect(OptOut.answer(to: .stop, business: "Ana", providerAnswered: true) == nil)
        #expect(OptOut.answer(to: .stop, business: "Ana", providerAnswered: false)?.contains("START") == true)
    }

    @Test(
        arguments: [
            ("x", "STOP", ChannelKind.whatsappTwilio, "whatsapp:+14155238886", true),
            ("STOP", nil, .whatsappTwilio, "+14155238886", true), ("Info", nil, .whatsappTwilio, "+14155238886", true),
            ("baja", nil, .whatsappTwilio, "+14155238886", false),
            ("STOP", nil, .whatsappTwilio, "whatsapp:+14155238886", false), ("STOP", nil, .whatsappWeb, "+1", false),
        ] as [(String, String?, ChannelKind, String, Bool)])
    func whoAnswers(_ text: String, _ type: String?, _ kind: ChannelKind, _ local: String, _ isProvider: Bool) {
        #expect(OptOut.providerAnswers(text, providerType: type, kind: kind, localAddress: local) == isProvider)
    }
}

/// N(t) of the product's rules.
@Suite struct KeywordTextTests {
    @Test(arguments: [
        ("  ¡CAFÉ\u{200e} ", "¡cafe"), ("Straße", "strasse"), ("STRA\u{1E9E}E", "strasse"),
        ("\u{FF11}\u{0663}\u{096B}", "135"),
        ("a \u{00a0}\n b", "a b"), ("İPTAL", "iptal"), ("ΣΤΟΠς", "στοπσ"), ("إِيقاف", "ايقاف"), ("שָׁלוֹם", "שלום"),
        ("रोकें", "रोकें"), ("หยุด", "หยุด"), ("\u{201C}x\u{201D} \u{2014} \u{2019}", "\"x\" - '"), ("", ""),
        ("\u{301}", "\u{301}"),
        ("cafe\u{301}", "cafe"), ("\u{1F44D}\u{1F3FD}", "\u{1F44D}\u{1F3FD}"),
    ])
    func whatMakesNoDifferenceIsGone(_ text: String, _ expected: String) {
        #expect(Array(KeywordText.normalized(text).unicodeScalars) == Array(expected.unicodeScalars))
        #expect(KeywordText.normalized(KeywordText.normalized(text)) == KeywordText.normalized(text))
    }
}
