import Testing

@testable import Assistant

/// Sources and answers that belong together: what looks the same and is another, and what looks other and is the same.
@Suite struct GroundingCaseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var business: [String]
        var customer = ""
        var answer: String
        var testDescription: String { answer }

        /// - Parameter texts: the answer is the last.
        init(_ texts: String..., customer: String = "") {
            (business, self.customer, answer) = (texts.dropLast(), customer, texts.last ?? "")
        }
    }

    private func kept(_ item: Case, prices: [String] = []) -> String {
        var sources = GroundingSources(business: item.business, customer: [item.customer])
        sources.prices = prices
        return Grounding.judge(item.answer, by: sources, question: item.customer).kept
    }

    static let otherLinks = [
        Case("https://bit.ly/3xAbC", "Pay at https://bit.ly/3XABC now."), Case("https://bit.ly/3xAbC", "bit.ly/3xabc"),
        Case("Pay at https://bit.ly/3xAbC now.", "Pay at https://bit.ly/3XABC now."),
        Case("https://bit.ly/cafe", "See https://bit.ly/café."), Case("https://bit.ly/3x", "See https://bit.ly/３x."),
        Case("https://a.example/?t=Abc", "See https://a.example/?t=abc."),
        Case("https://app.acme.example/", "See https://app.acme.example/#/pay?to=evil."),
        Case("https://app.acme.example/#/menu", "See https://app.acme.example/#/Menu."),
        Case("https://app.acme.example/", "See app.acme.example#/pay."),
        Case("It costs 12.50 USD.", "It costs 1250 USD."), Case("It costs 12 50 units.", "It costs 1250 units."),
    ]
    static let sameLinks = [
        Case("https://bit.ly/3xAbC", "Pay at HTTPS://BIT.LY/3xAbC."), Case("https://bit.ly/3xAbC", "bit.ly/3xAbC/"),
        Case("https://app.acme.example/#/menu", "See https://app.acme.example/#/menu!"),
        Case("https://app.acme.example/#/menu", "See app.acme.example."),
        Case("https://a.example/Café", "See https://a.example/Cafe\u{301}."),
        Case("https://a.example/B?c=D#E", "(https://a.example/B?c=D#E)."),
    ]

    @Test(arguments: otherLinks) func anotherPathIsAnotherAddress(_ item: Case) { #expect(kept(item) == "") }

    @Test(arguments: sameLinks) func theHostIsTheSameInAnySpelling(_ item: Case) { #expect(kept(item) == item.answer) }

    static let noPrices = [
        Case("Hauptstraße 12, 10115 Berlin", "Premium: 29 EUR", "It costs 12 EUR."),
        Case("Open Mon-Fri 9-17", "Premium: 29 EUR", "It costs 9 EUR."),
        Case("There are 12 chairs. Room 14.", "The price is 12."), Case("There are 12 chairs.", "The price is 12!"),
        Case("Room 14", "Der Preis beträgt 14."),
        Case("Premium: 29 EUR", "Room 14.", "It's 14.", customer: "how much?"),
        Case("Table 12", "12", customer: "price?"),
    ]
    static let prices = [
        Case("The price is 12.", "It costs 12."), Case("A cut costs 45 for adults.", "For adults the price is 45."),
        Case("Premium: 29 EUR for 2 people.", "The price for 2 people is 29 EUR."),
        Case("Haircut: 45 EUR", "45.", customer: "how much?"),
        Case("Cuesta 20 euros.", "Cuesta 20 €.", customer: "¿Cuánto vale?"),
    ]

    @Test(arguments: noPrices) func aNumberOfTheBusinessIsNoPrice(_ item: Case) { #expect(kept(item) == "") }

    @Test(arguments: prices) func whatIsSaidToBeThePriceIsOne(_ item: Case) { #expect(kept(item) == item.answer) }

    @Test func aNumberWhereAPriceBelongsIsOne() {
        #expect(kept(Case("Premium\n29", "It costs 29 EUR."), prices: ["29"]) == "It costs 29 EUR.")
        #expect(kept(Case("Premium\n29", "It costs 29 EUR."), prices: ["30"]) == "")
    }

    static let truths = [
        Case("It takes 30 minutes.", "30分です。"), Case("Open 9:00", "Guten Morgen!"),
        Case("We have 3 rooms.", "Vale, ¿algo más?"), Case("12元50分", "12.50元"),
        Case("30 minutes", "I see your order 12345. 30 minutes is enough.", customer: "Where is order 12345?"),
    ]

    @Test func aSentenceIsNotCutInsideADateATitleOrAPoint() {
        for text in [
            "Am 24. Dezember ist zu. ", "Am 24.12. sind wir zu. ", "1. Basic\n", "2. Premium\n", "Dr. Smith is in. ",
            "It is Rs. 500. ", "See https://a.example/x.Y now.",
        ] {
            #expect(Sentences.split("Hi!\n" + text) == ["Hi!\n", text])
        }
        let list = Grounding.judge(
            "Plans:\n1. Basic\n2. Gold for 99 USD\n3. Silver", by: GroundingSources(business: ["Basic"], customer: []))
        #expect(list.kept == "Plans:\n1. Basic\n3. Silver")
        let day = Grounding.judge(
            "Hallo! Am 3. Dezember ist zu.", by: GroundingSources(business: ["Am 3. Mai ist zu."], customer: []))
        #expect(day.kept == "Hallo!")
    }

    @Test func aPriceOfAnEarlierTurnMakesNoPriceOfANumber() {
        let sources = GroundingSources(
            business: ["We have 12 chairs. Come at 9."], customer: ["I paid $20 yesterday", "When can I come?"])
        #expect(Grounding.judge("You may come at 9!", by: sources, question: "When can I come?").passes)
        #expect(!Grounding.judge("It is 9.", by: sources, question: "what does it cost?").passes)
    }

    static let otherPromises = [
        Case("We bake gluten-free bread.", "The bread is free."), Case("Sugar free drinks.", "Drinks are free."),
        Case("Free WiFi. Delivery costs 5 EUR.", "Delivery is free."), Case("We offer no delivery.", "We deliver."),
        Case("We don't ship.", "We ship."), Case("Wir liefern nicht.", "Wir liefern."),
        Case("No refunds.", "You get a refund."), Case("We deliver.", "We don't deliver."),
        Case("Order 12345", "Your order 123456789 has left."), Case("Dots are red.", "Go to evil dot in now."),
    ]
    static let samePromises = [
        Case("Glutenfreies Brot.", "The bread is gluten-free."), Case("Free shipping.", "La livraison est gratuite."),
        Case("Delivery costs 5 EUR.", "Delivery is not free."), Case("We offer no delivery.", "We don't deliver."),
        Case("Free WiFi.", "WLAN ist kostenlos."), Case("No refunds.", "We give no refund."),
        Case("Hi", "Your order 123456789 has left.", customer: "My order 123456789?"),
        Case("Hi", "Your order 123456789 has left.", customer: "It is 123456789"),
        Case("The polka dot costs 29 USD", "The polka dot in red costs 29 USD."),
    ]

    @Test(arguments: otherPromises) func aPromiseIsOfWhatItWasMade(_ item: Case) { #expect(kept(item) == "") }

    @Test(arguments: samePromises) func aPromiseThatWasMadeLeaves(_ item: Case) { #expect(kept(item) == item.answer) }

    @Test(arguments: truths) func whatIsTrueLeaves(_ item: Case) { #expect(kept(item) == item.answer) }

    @Test func anAddressAcrossTwoSentencesTakesOnlyThoseTwo() {
        let verdict = Grounding.judge(
            "We cut hair. 请看evil。com 谢谢", by: GroundingSources(business: ["We cut hair."], customer: []))
        #expect(!verdict.kept.contains("com") && verdict.kept.contains("We cut hair."))
    }
}
