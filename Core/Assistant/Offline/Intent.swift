/// What a customer wants beside an answer.
package struct Intent: Sendable, Equatable {
    /// Words that are looked at.
    private static let mostWords = 400

    package var wantsPerson = false
    package var greets = false
    package var thanks = false
    package var asksWhetherMachine = false

    package init(_ text: String) {
        let words = Words.split(text, limit: Self.mostWords)
        wantsPerson = Self.person(words)
        greets = words.prefix(3).contains { Self.greetings.contains($0) }
        thanks = words.contains { word in Self.thanks.contains { Words.isLike(word, $0) } }
        asksWhetherMachine = Self.contains(words, anyOf: Self.machine)
    }

    private static let greetings: Set<String> = [
        "hi", "hello", "hey", "hiya", "hallo", "hola", "olá", "ola", "oi", "bonjour", "salut", "ciao", "moin", "good",
        "buenos",
        "buenas", "bom", "boa", "guten", "namaste",
    ]
    private static let thanks = [
        "thanks", "thank", "thx", "gracias", "obrigado", "obrigada", "merci", "danke", "cheers",
    ]
    private static let machine = [
        ["are", "you", "a", "bot"], ["are", "you", "a", "robot"], ["are", "you", "human"],
        ["are", "you", "a", "human"],
        ["are", "you", "real"], ["is", "this", "a", "bot"], ["am", "i", "talking", "to", "a"], ["eres", "un", "robot"],
        ["eres", "un", "bot"], ["es", "um", "robô"], ["bist", "du", "ein", "bot"], ["es", "tu", "un", "robot"],
    ]

    /// Who is asked for, and the verbs that ask for them: "connect me with an agent", not "travel agent prices".
    private static let persons: Set<String> = [
        "human", "person", "agent", "representative", "rep", "operator", "colleague", "someone", "somebody", "staff",
        "manager", "supervisor", "advisor", "humano", "persona", "pessoa", "agente", "asesor", "atendente", "humain",
        "personne", "conseiller", "mensch", "menschen", "mitarbeiter", "jemand", "jemandem", "alguien", "alguém",
        "persone", "operatore", "medewerker", "mens", "konsultant", "konsultantem", "człowiek", "człowiekiem",
        "temsilci", "petugas",
        "оператор", "оператора", "оператором", "человек", "человеком", "людина", "людиною", "موظف", "شخص", "اپراتور",
        "נציג", "אדם", "एजेंट",
        "प्रतिनिधि", "প্রতিনিধি", "เจ้าหน้าที่", "人工", "真人", "担当者", "상담원", "상담사",
    ]
    private static let asking: Set<String> = [
        "talk", "speak", "chat", "connect", "transfer", "contact", "reach", "need", "want", "get", "real", "live",
        "human", "let",
        "hablar", "falar", "parler", "sprechen", "reden", "quiero", "quero", "veux", "möchte", "will",
    ]

    private static func person(_ words: [String]) -> Bool {
        // Two words of Vietnamese.
        if words == ["nhân", "viên"] { return true }
        let isPerson = { (word: String) in word.unicodeScalars.count > 1 && persons.contains { Words.isLike(word, $0) }
        }
        guard let who = words.firstIndex(where: isPerson), !contains(words, anyOf: machine) else { return false }
        // "Human" or "agent please": about nothing else.
        if words.count == 1 { return true }
        if words.indices.allSatisfy({ $0 == who || Lexicon.fillers.contains(words[$0]) }) { return true }
        // Between the asking and the person stand only small words: not "I need an estate agent's address".
        return words[..<who].lastIndex(where: asking.contains).map { verb in
            words[(verb + 1)..<who].allSatisfy { Lexicon.fillers.contains($0) || asking.contains($0) }
        } ?? false
    }

    private static func contains(_ words: [String], anyOf phrases: [[String]]) -> Bool {
        phrases.contains { phrase in words.indices.contains { words[$0...].starts(with: phrase) } }
    }
}
