import Domain
import Testing

@testable import Assistant

@Suite struct LanguageTests {
    @Test(arguments: [
        ("how much is it?", Language.english), ("¿cuánto cuesta?", .spanish), ("quanto custa?", .portuguese),
        ("combien coûte-t-il ?", .french),
        ("wie viel kostet das?", .german), ("quanto costa il biglietto?", .italian), ("hoeveel kost het?", .dutch),
        ("ile to kosztuje?", .polish),
        ("fiyatı ne kadar?", .turkish), ("berapa harganya?", .indonesian), ("giá bao nhiêu?", .vietnamese),
        ("сколько стоит?", .russian),
        ("скільки це коштує?", .ukrainian), ("كم السعر؟", .arabic), ("قیمت چند است؟", .persian),
        ("כמה זה עולה?", .hebrew), ("कितने का है?", .hindi),
        ("দাম কত?", .bengali), ("ราคาเท่าไหร่", .thai), ("多少钱？", .chinese), ("値段はいくらですか", .japanese), ("얼마예요?", .korean),
        ("12345", .english),
        ("", .english), ("ok WhatsApp, كم السعر لهذا المنتج؟", .arabic),
    ])
    func aQuestionTellsItsLanguage(_ text: String, _ language: Language) {
        #expect(Language(of: text) == language)
    }

    /// What a customer is told to write calls a person.
    @Test func everyLanguageNamesAWordThatCallsAPerson() throws {
        for language in Language.allCases {
            let phrases = try #require(Phrases.all[language], "\(language)")
            let quoted = phrases.unknown.split { "\"„”“«»「」".contains($0) }.map { $0.trimmed }
            #expect(quoted.contains { Intent($0).wantsPerson && $0.count < 15 }, "\(language): \(phrases.unknown)")
        }
    }

    /// The offline model's own sentences claim nothing.
    @Test func ownSentencesPassTheGate() throws {
        let sources = GroundingSources(business: [], customer: [])
        for language in Language.allCases {
            let phrases = try #require(Phrases.all[language])
            for text in [
                phrases.greeting("Acme"), phrases.thanks, phrases.unknown, phrases.handover, phrases.machine("Acme"),
                phrases.hours,
            ] {
                #expect(Grounding.judge(text, by: sources).unsupported == [], "\(text)")
                #expect(!text.contains("%"), "\(text)")
            }
        }
    }
}
