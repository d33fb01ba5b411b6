import Domain

/// Which of the languages of the phrases a text is in, as far as its letters and its commonest words tell. Bounded: the first
/// words of the text.
enum Language: String, CaseIterable, Sendable {
    case english, spanish, portuguese, french, german, italian, dutch, polish, turkish, indonesian, vietnamese, russian,
        ukrainian
    case arabic, persian, hebrew, hindi, bengali, thai, chinese, japanese, korean

    private static let mostCharacters = 2_000
    private static let mostWords = 200

    /// English when nothing tells.
    init(of text: String) {
        let scalars = text.unicodeScalars.prefix(Self.mostCharacters)
        self = Self.byScript(scalars) ?? Self.byWords(text.cut(to: Self.mostCharacters), scalars) ?? .english
    }

    /// A script that one language of these writes, or two that letters tell apart. The script of most letters wins.
    private static func byScript(_ scalars: some Sequence<Unicode.Scalar>) -> Language? {
        var counts: [Language?: Int] = [:]
        for scalar in scalars where scalar.properties.isAlphabetic { counts[script(scalar), default: 0] += 1 }
        guard
            let most = counts.max(by: { ($0.value, $0.key?.rawValue ?? "") < ($1.value, $1.key?.rawValue ?? "") })?.key
        else { return nil }
        let letters = Set(scalars)
        switch most {
        case .russian where !letters.isDisjoint(with: "іїєґІЇЄҐ".unicodeScalars): return .ukrainian
        case .arabic where !letters.isDisjoint(with: "پچژگکی".unicodeScalars): return .persian
        case .chinese where counts[.japanese] != nil: return .japanese
        default: return most
        }
    }

    private static func script(_ scalar: Unicode.Scalar) -> Language? {
        switch scalar.value {
        case 0x400...0x52F: .russian
        case 0x590...0x5FF: .hebrew
        case 0x600...0x77F, 0x8A0...0x8FF: .arabic
        case 0x900...0x97F: .hindi
        case 0x980...0x9FF: .bengali
        case 0xE00...0xE7F: .thai
        case 0x3041...0x30FF: .japanese
        case 0x1100...0x11FF, 0xAC00...0xD7A3: .korean
        case 0x3400...0x9FFF: .chinese
        default: nil
        }
    }

    private static func byWords(_ text: String, _ scalars: some Sequence<Unicode.Scalar>) -> Language? {
        let words = Set(Words.split(text, limit: mostWords))
        let letters = Set(scalars)
        var best: (language: Language, score: Int)?
        // On a draw the first wins: English is listed first.
        for (language, signs) in signs {
            let own = lettersOfItsOwn[language].map { !letters.isDisjoint(with: $0.unicodeScalars) } ?? false
            let score = words.intersection(signs).count + (own ? 2 : 0)
            if score > best?.score ?? 0 { best = (language, score) }
        }
        return best?.language
    }

    private static let lettersOfItsOwn: [Language: String] = [
        .polish: "łęąśźżńŁĘĄŚŹŻ", .turkish: "ğışĞİŞ", .vietnamese: "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
        .spanish: "¿¡ñ",
        .german: "ß", .portuguese: "ãõ",
    ]

    private static let signs: [(Language, Set<String>)] = [
        (
            .english,
            [
                "the", "is", "are", "you", "do", "what", "how", "when", "where", "hello", "hi", "thanks", "can", "i",
                "to",
            ]
        ),
        (
            .spanish,
            [
                "el", "los", "las", "qué", "cuánto", "cuesta", "cómo", "dónde", "cuándo", "hola", "gracias", "quiero",
                "tienen", "hacen",
                "están", "por", "hablar", "una", "es",
            ]
        ),
        (
            .portuguese,
            [
                "os", "vocês", "você", "quanto", "custa", "onde", "olá", "oi", "obrigado", "obrigada", "quero", "têm",
                "fazem", "falar", "uma",
                "é", "não", "vcs",
            ]
        ),
        (
            .french,
            [
                "le", "les", "vous", "est", "combien", "où", "quand", "bonjour", "salut", "merci", "je", "avez", "une",
                "parler", "quels",
                "quelles",
            ]
        ),
        (
            .german,
            [
                "der", "die", "das", "ist", "wie", "wann", "wo", "hallo", "danke", "ich", "ihr", "sie", "haben", "ein",
                "eine", "viel",
                "kostet", "mit",
            ]
        ),
        (
            .italian,
            [
                "il", "gli", "che", "quanto", "costa", "dove", "ciao", "grazie", "vorrei", "avete", "è", "sono",
                "buongiorno", "posso", "di",
            ]
        ),
        (
            .dutch,
            [
                "het", "een", "hoeveel", "waar", "wanneer", "hoi", "bedankt", "ik", "jullie", "hebben", "zijn", "wat",
                "kost", "goedemorgen", "niet",
            ]
        ),
        (
            .polish,
            [
                "ile", "kosztuje", "gdzie", "kiedy", "cześć", "dzień", "dobry", "dziękuję", "czy", "jest", "jak",
                "macie", "proszę", "nie", "mogę",
            ]
        ),
        (
            .turkish,
            [
                "ne", "kadar", "nerede", "merhaba", "teşekkürler", "var", "mı", "mi", "nasıl", "fiyat", "istiyorum",
                "ve", "bir", "kaç", "için",
            ]
        ),
        (
            .indonesian,
            [
                "berapa", "harga", "di", "mana", "halo", "terima", "kasih", "apakah", "ada", "yang", "saya", "bisa",
                "dan", "kapan", "jam",
            ]
        ),
        (
            .vietnamese,
            ["bao", "nhiêu", "giá", "xin", "chào", "cảm", "ơn", "có", "không", "ở", "đâu", "tôi", "là", "được", "gì"]
        ),
    ]
}
