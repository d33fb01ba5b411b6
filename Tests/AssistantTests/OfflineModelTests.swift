import Assistant
import Domain
import Testing

/// What surrounds an answer; how well questions are answered is measured over a real search (`OfflineQualityTests`).
@Suite struct OfflineModelTests {
    @Test(arguments: [
        "I want to talk to a human", "agent", "Can I speak to someone?", "real person please", "connect me to an agnet",
        "quiero hablar con una persona", "ich möchte mit einem Menschen sprechen", "je veux parler à un conseiller",
        "quero falar com um atendente", "get me your manager",
    ])
    func askingForAPerson(_ text: String) {
        #expect(Intent(text).wantsPerson)
    }

    @Test(arguments: [
        "how much is a ticket per person", "do you need an estate agent license", "price for one person",
        "are you human?",
        "what does the staff wear", "human hair wigs price", "hello",
    ])
    func notAskingForAPerson(_ text: String) {
        #expect(!Intent(text).wantsPerson)
    }

    @Test func theSameQuestionAlwaysGetsTheSameAnswer() {
        func answer() -> OfflineModel.Answer {
            OfflineModel.answer(
                "zzz", question: Question("zzz"), matches: .init(), business: "B", hours: .always)
        }
        #expect(answer() == answer())
        #expect(!answer().wantsPerson && !answer().isFromKnowledge)
    }

    @Test(arguments: [
        ("Haben Sie Brot?", "Ich bin ein automatischer Assistent"), ("¿Tienen pan?", "Soy un asistente automático"),
        ("Avez-vous du pain ?", "Je suis un assistant automatique"), ("Vocês têm pão?", "Sou um assistente automático"),
        ("bread?", "I'm an automatic assistant"),
    ])
    func itSaysInTheCustomersLanguageThatItDoesNotKnow(_ text: String, _ begins: String) {
        let answer = OfflineModel.answer(
            text, question: Question(text), matches: .init(), business: "B", hours: .always)
        #expect(answer.text.hasPrefix(begins))
    }

    @Test func aQuestionIsItsWordsThatMatter() {
        #expect(
            Question("Hi, could you please tell me what your refund policy is?").terms.map(\.word) == [
                "refund", "policy",
            ])
        #expect(Question("how much is it").terms.map(\.word) == ["price"])
        #expect(Question(String(repeating: "word1 word2 word3 ", count: 5000)).terms.count == 3)
    }
}
