import Testing

@testable import Domain

@Suite struct OptOutTests {
    /// Twilio's documented words (K21).
    @Test(arguments: [
        ("STOP", OptOutKeyword.stop), (" stop\n", .stop), ("StopAll", .stop), ("unsubscribe", .stop), ("Cancel", .stop),
        ("END", .stop), ("quit", .stop), ("REVOKE", .stop), ("OptOut", .stop), ("start", .start), ("UNSTOP", .start),
        ("help", .help), ("INFO", .help), ("\u{FF33}\u{FF34}\u{FF2F}\u{FF30}", .stop), ("\u{200e}Stop\u{200b}", .stop),
        // Twilio documents the bare word; people write its full stop and mean it.
        ("STOP.", .stop), ("Stop!", .stop), ("\"STOP\"", .stop), ("*stop*", .stop), ("- Stop -", .stop),
        ("«unsubscribe».", .stop),
        ("Help!!", .help), ("START.", .start),
    ])
    func aWordAloneIsAKeyword(_ text: String, _ keyword: OptOutKeyword) {
        #expect(OptOut.keyword(in: text) == keyword)
    }

    @Test(arguments: [
        "", "stop it", "please cancel my booking", "cancel?", "end?!", "...", "!?", "yes", "st op", "the end", "alta",
        "ayuda", "voltar",
        "\u{0}",
        String(repeating: "stop", count: 100), String(repeating: "\u{301}", count: 50_000),
    ])
    func everythingElseIsAMessage(_ text: String) {
        #expect(OptOut.keyword(in: text) == nil)
    }

    /// Where its language is spoken every word counts, however it is written: in one country of each.
    @Test(arguments: [
        ("ar", "EG"), ("bn", "BD"), ("cs", "CZ"), ("da", "DK"), ("de", "AT"), ("el", "GR"), ("en", "NZ"), ("es", "MX"),
        ("fa", "IR"), ("fi", "FI"), ("fil", "PH"), ("fr", "SN"), ("he", "IL"), ("hi", "IN"), ("hu", "HU"), ("id", "ID"),
        ("it", "IT"), ("ja", "JP"), ("ko", "KR"), ("ms", "MY"), ("nl", "NL"), ("no", "NO"), ("pl", "PL"), ("pt", "BR"),
        ("ro", "RO"), ("ru", "KZ"), ("sv", "SE"), ("sw", "TZ"), ("th", "TH"), ("tr", "TR"), ("uk", "UA"), ("ur", "PK"),
        ("vi", "VN"), ("zh", "TW"),
    ])
    func everyWordOfALanguageCountsWhereItIsSpoken(_ language: String, _ country: String) throws {
        let words = try #require(OptOutWords.languages[language])
        let there = ConversationLanguages(country: country)
        #expect(!words.stop.isEmpty && !words.start.isEmpty && !words.help.isEmpty)
        for word in words.stop {
            #expect(OptOut.keyword(in: word, languages: there) == .stop, "\(word)")
            #expect(OptOut.keyword(in: " \(word.uppercased())\u{200f}. ", languages: there) == .stop, "\(word)")
            #expect(word.unicodeScalars.count <= OptOut.longestWord)
        }
        for word in words.start {
            #expect(OptOut.keyword(in: word, languages: there, isOptedOut: true) == .start, "\(word)")
        }
    }

    @Test func thereAreThirtyLanguagesAndMoreWithWordsOfEveryDay() {
        #expect(OptOutWords.languages.count >= 30)
        #expect(Set(OptOutWords.languages.keys) == Set(EverydayWords.languages.keys))
    }

    /// A number, a yes or a greeting of one language ends nothing where that language is spoken, whatever other one is spoken there
    /// too: without accents, as most people write.
    @Test func noWordOfEveryDayStops() {
        for (language, everyday) in EverydayWords.languages {
            for other in OptOutWords.languages.keys {
                let words = OptOutWords.of(["en", language, other])
                #expect(words.stop.isDisjoint(with: everyday), "\(language) \(other)")
            }
        }
    }

    @Test(arguments: [
        ("Seis", "ES", "+34600000000"), ("seis", "ES", "+358401234567"), ("Acha", "IN", "+919812345678"),
        ("acha", "IN", "+255712345678"), ("Dũng", "VN", "+84912345678"), ("dùng", "VN", "+84912345678"),
        ("đúng", "VN", "+84912345678"), ("dung", "VN", "+84912345678"), ("baja", "ID", "+628123456789"),
        ("Pare", "PH", "+639171234567"), ("dur", "FR", "+33612345678"), ("sair", "GB", "+447700900123"),
        ("seis", "BR", "+5511987654321"),
    ])
    func whatIsAWordOfEveryDayHereIsAMessage(_ text: String, _ country: String, _ address: String) {
        let here = ConversationLanguages(country: country, address: "whatsapp:\(address)")
        #expect(OptOut.keyword(in: text, languages: here) == nil)
    }

    /// The business's country, the customer's number, the script: each is enough.
    @Test(arguments: [
        ("baja", "ES", ""), ("baja", "GB", "whatsapp:+34600000000"), ("baja", "US", "+12025550117"),
        ("BAJA.", "us", ""),
        ("arrêt", "GB", "whatsapp:+15145550123"), ("dừng", "US", "84912345678@s.whatsapp.net"), ("Dừng", "VN", ""),
        ("huy dang ky", "VN", ""), ("seis", "FI", "whatsapp:+358401234567"), ("стоп", "US", ""), ("退订", "US", "x@lid"),
        ("रोकें", "US", ""), ("توقف", "US", ""), ("stop", "", ""),
    ])
    func aWordStopsWhereItsLanguageIsSpoken(_ text: String, _ country: String, _ address: String) {
        let here = ConversationLanguages(country: country, address: address)
        #expect(OptOut.keyword(in: text, languages: here) == .stop)
    }

    @Test(arguments: ["Yes", "alta", "ПОДПИСАТЬСЯ"])
    func whatRestartsInOtherWordsDoesSoOnlyForThoseWhoStopped(_ word: String) {
        let spanish = ConversationLanguages(country: "ES")
        #expect(OptOut.keyword(in: word, languages: spanish, isOptedOut: true) == .start)
        #expect(OptOut.keyword(in: word, languages: spanish) == nil)
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
