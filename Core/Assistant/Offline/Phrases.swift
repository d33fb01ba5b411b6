/// The offline model's own sentences, in the customer's language where it is one of these. Knowledge is quoted as it was
/// written: this model does not translate.
struct Phrases: Sendable {
    let greeting: @Sendable (_ business: String) -> String
    let thanks: String
    let unknown: String
    let handover: String
    let machine: @Sendable (_ business: String) -> String
    let hours: String

    static func matching(_ text: String) -> Phrases { all[Language(of: text)] ?? english }

    static let all: [Language: Phrases] = [
        .english: english, .spanish: spanish, .portuguese: portuguese, .french: french, .german: german,
    ].merging(world) { known, _ in known }

    private static let english = Phrases(
        greeting: { "Hello! I'm the automatic assistant of \($0). What would you like to know?" },
        thanks: "You're welcome! If you need anything else, just write.",
        unknown:
            "I'm an automatic assistant and I don't have that information, so I won't guess. If you'd like a person to answer, write \"person\".",
        handover: "Of course. I'm passing you on to a colleague, who will answer here.",
        machine: { "I'm the automatic assistant of \($0). If you'd rather talk to a person, just say so." },
        hours: "Our opening hours:")
    private static let spanish = Phrases(
        greeting: { "¡Hola! Soy el asistente automático de \($0). ¿Qué le gustaría saber?" },
        thanks: "¡De nada! Si necesita algo más, escríbame.",
        unknown:
            "Soy un asistente automático y no tengo esa información, así que no voy a adivinar. Si quiere que le responda una persona, escriba \"persona\".",
        handover: "Por supuesto. Le paso con un compañero, que le responderá aquí.",
        machine: { "Soy el asistente automático de \($0). Si prefiere hablar con una persona, dígamelo." },
        hours: "Nuestro horario:")
    private static let portuguese = Phrases(
        greeting: { "Olá! Sou o assistente automático de \($0). O que gostaria de saber?" },
        thanks: "De nada! Se precisar de mais alguma coisa, é só escrever.",
        unknown:
            "Sou um assistente automático e não tenho essa informação, por isso não vou adivinhar. Se quiser que uma pessoa responda, escreva \"pessoa\".",
        handover: "Claro. Vou passar a um colega, que responderá aqui.",
        machine: { "Sou o assistente automático de \($0). Se preferir falar com uma pessoa, é só dizer." },
        hours: "Nosso horário:")
    private static let french = Phrases(
        greeting: { "Bonjour ! Je suis l'assistant automatique de \($0). Que souhaitez-vous savoir ?" },
        thanks: "Avec plaisir ! N'hésitez pas à écrire.",
        unknown:
            "Je suis un assistant automatique et je n'ai pas cette information, je préfère ne pas deviner. Si vous voulez qu'une personne réponde, écrivez « humain ».",
        handover: "Bien sûr. Je transmets à un collègue, qui vous répondra ici.",
        machine: { "Je suis l'assistant automatique de \($0). Si vous préférez parler à une personne, dites-le-moi." },
        hours: "Nos horaires :")
    private static let german = Phrases(
        greeting: { "Hallo! Ich bin der automatische Assistent von \($0). Was möchten Sie wissen?" },
        thanks: "Gern geschehen! Schreiben Sie einfach, wenn Sie noch etwas brauchen.",
        unknown:
            "Ich bin ein automatischer Assistent und habe dazu keine Information; raten möchte ich nicht. Wenn ein Mensch antworten soll, schreiben Sie \"Mensch\".",
        handover: "Gern. Ich gebe Sie an einen Kollegen weiter, der hier antwortet.",
        machine: {
            "Ich bin der automatische Assistent von \($0). Wenn Sie lieber mit einem Menschen sprechen, sagen Sie es einfach."
        },
        hours: "Unsere Öffnungszeiten:")
}
