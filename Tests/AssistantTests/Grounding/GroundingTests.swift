import Domain
import Testing

@testable import Assistant

/// The gate over one business: what nobody gave stays inside, what was given passes in every spelling.
@Suite struct GroundingTests {
    private let sources = GroundingSources(
        business: GroundingTries.business, customer: GroundingTries.asked, now: "Sat 2026-11-21 01:30")
    private let calm = GroundingSources(
        business: GroundingTries.business, customer: ["Tell me about the Premium plan."], now: "Sat 2026-11-21 01:30")

    private func left(_ tries: [String], _ sources: GroundingSources) -> [String] {
        tries.filter { Grounding.judge($0, by: sources).passes }
    }

    @Test func inventedAmountsAreStoppedInEveryScriptAndCurrency() {
        #expect(GroundingTries.invented.count > 700)
        #expect(left(GroundingTries.invented, sources) == [])
        #expect(left(GroundingTries.invented, calm) == [])
    }

    @Test func inventedLinksAddressesAndNumbersAreStopped() {
        #expect(left(GroundingTries.places, sources) == [])
        #expect(left(GroundingTries.places, calm) == [])
    }

    @Test func inventedAmountsInWordsAndPromisesAreStopped() {
        #expect(left(GroundingTries.words, sources) == [])
        #expect(left(GroundingTries.words, calm) == [])
    }

    @Test func ourOwnInstructionsAreNotRecited() {
        #expect(left(GroundingTries.recited, sources) == [])
        // Nor is what stands around them.
        #expect(Grounding.judge("Sure! " + GroundingTries.recited[0] + " Bye.", by: sources).kept.isEmpty)
    }

    @Test func theSameFactsPassInOtherSpellings() {
        let stopped = GroundingTries.honest.filter { !Grounding.judge($0, by: calm).passes }
        #expect(stopped == [])
    }

    /// K19: the figure that was thrown out.
    @Test func arabicFiguresAreFigures() {
        let sources = GroundingSources(business: ["Basic: 7.50 USD"], customer: ["كم السعر؟"])
        #expect(Grounding.judge("السعر ٧٫٥٠ دولار.", by: sources, question: "كم السعر؟").passes)
        #expect(!Grounding.judge("السعر ٧٫٢٥ دولار.", by: sources, question: "كم السعر؟").passes)
    }

    @Test func numbersOfOurOwnInstructionsAreNoSource() {
        // "under 600 characters", "one to three sentences" of the rules.
        #expect(!Grounding.judge("That is 600 USD.", by: sources).passes)
        #expect(!Grounding.judge("It takes 600 minutes.", by: sources).passes)
    }

    @Test func whatTheCustomerSaidSupportsQuantitiesAndDatesButNoPrices() {
        let asked = GroundingSources(
            business: ["We paint houses."],
            customer: ["Can you paint 4 rooms on 3 May at 14:30? It is 20 km away. My offer: $200, me@home.example"])
        for text in ["So 4 rooms.", "On May 3rd at 2:30 pm.", "20 km is fine."] {
            #expect(Grounding.judge(text, by: asked).passes, "\(text)")
        }
        for text in ["It costs $200.", "200 it is.", "4% off.", "Write to me@home.example."] {
            #expect(!Grounding.judge(text, by: asked).passes, "\(text)")
        }
    }

    @Test func onlyTheSentenceIsTakenOutAndTheRestIsJudgedByWhetherItAnswers() {
        let verdict = Grounding.judge(
            "Hello! Premium costs 29 USD. With code X it is $9! Bye.", by: calm, question: "price of premium?")
        #expect(verdict.kept == "Hello! Premium costs 29 USD. Bye.")
        #expect(verdict.removed == ["With code X it is $9!"] && verdict.stillAnswers)
        #expect(verdict.claims == "money \"$9\"")
        let empty = Grounding.judge("Hello! It costs $9. Anything else?", by: calm, question: "price of premium?")
        #expect(empty.kept == "Hello! Anything else?" && !empty.stillAnswers)
    }

    @Test func aQuoteOfTheKnowledgeStays() {
        let sources = GroundingSources(
            business: ["Bring 2 towels; lockers 1,50 or free for members (24/7)."], customer: [])
        #expect(Grounding.judge("Bring 2 towels; lockers 1,50 or free for members (24/7).", by: sources).passes)
    }

    @Test func hoursSupportDaysAndTimes() {
        let sources = GroundingSources(
            business: ["Mon-fri: 09:00-17:00\nSat-sun: closed"], customer: [],
            openDays: [.monday, .tuesday, .wednesday, .thursday, .friday], now: "Sat 2026-11-21 01:30")
        for text in [
            "We open on Monday at 9.", "Tomorrow we are closed.", "Until 5 pm.", "Heute ist Samstag, der 21. November.",
        ] {
            #expect(Grounding.judge(text, by: sources).passes, "\(text)")
        }
        #expect(!Grounding.judge("Until 6 pm.", by: sources).passes)
        let none = GroundingSources(business: ["Hair."], customer: [])
        #expect(!Grounding.judge("Come on Monday.", by: none).passes)
    }

    @Test func ofTheListThatItGivesAnAnswerMayCountThePoints() {
        let sources = GroundingSources(business: ["Sizes: S, M, L"], customer: [])
        #expect(Grounding.judge("We have 3 sizes: S, M and L.", by: sources).passes)
        #expect(!Grounding.judge("We have 5 sizes.", by: sources).passes)
    }

    @Test func sentencesKeepTheirDotsAndJoinToTheText() {
        let text = "It is 3.50 at example.com. Really? Yes!\nNext line"
        #expect(Sentences.split(text).joined() == text)
        #expect(Sentences.split(text).map(\.trimmed) == ["It is 3.50 at example.com.", "Really?", "Yes!", "Next line"])
    }

    @Test func theSignForAPersonNeverReachesTheCustomer() {
        #expect(Handover.read("Sorry.\n[[PERSON]]") == ("Sorry.", true))
        #expect(Handover.read("[[PERSON]] a") == ("a", true))
        #expect(Handover.read("Fine.") == ("Fine.", false))
    }
}
