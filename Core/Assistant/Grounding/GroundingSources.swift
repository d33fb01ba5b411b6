package import Domain

/// What an automatic text may take its facts from (semantics 11).
package struct GroundingSources: Sendable {
    /// What the business wrote: its profile, the knowledge of the turn, its persona's instructions, what its people said here.
    package var business: [String]
    /// What the business wrote where a price belongs: a number alone is one here, and nowhere else without a word for it.
    package var prices: [String] = []
    /// Supports names, dates and quantities; never money, percent, promises, links or numbers to call.
    package var customer: [String]
    /// Of the week of hours; nil: none are kept. They support that it is open or closed on a day, and nothing else that may
    /// happen on it.
    package var openDays: Set<Weekday>?
    /// The wall clock at the business: today's date and time are known.
    package var now: String
    /// Words of the business's that are instructions: facts in them may be said, they may not be recited.
    package var instructions: String

    package init(
        business: [String], customer: [String], openDays: Set<Weekday>? = nil, now: String = "",
        instructions: String = ""
    ) {
        self.business = business
        self.customer = customer
        self.openDays = openDays
        self.now = now
        self.instructions = instructions
    }

    /// - Parameters:
    ///   - said: what people of the business said in this conversation; automatic texts are no source.
    package init(_ facts: PromptFacts, said: [String], asked: [String]) {
        let profile = facts.profile
        let products = profile.products.prefix(50).map { ([$0.name, $0.price] + $0.features).joined(separator: "\n") }
        let knowledge = PersonaPrompt.shown(facts.knowledge).flatMap { [$0.title, $0.body] }
        business =
            [
                profile.name, profile.industry, profile.description, profile.website, profile.phoneNumber,
                profile.goals,
                profile.targetAudience, facts.persona.style.instructions, HoursText.week(facts.hours),
            ] + products + knowledge + said
        prices = profile.products.prefix(50).map(\.price)
        customer = asked
        openDays =
            facts.hours.isEnabled ? Set(Weekday.allCases.filter { !(facts.hours.week[$0] ?? []).isEmpty }) : nil
        now = facts.localTime.text
        instructions = facts.persona.style.instructions
    }
}
