/// Something a text says that the business must have said first (semantics 11).
package struct Claim: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case money, percent, date, time, duration, quantity, number, phone, email, link, promise
        /// Words of our own instructions.
        case recital
    }

    package var kind: Kind
    /// As normalised text has it; for people and for the model that is asked again.
    package var text: String
    /// What it may mean; equal to another when one of these is. Decimal values, minutes of a day, `12-24`, digits, hosts.
    package var values: [String]
    /// Currencies, a unit, the subject of a promise; empty: not said.
    package var units: Set<String> = []
    /// `month` of `29 USD a month`.
    package var period: String?
    /// A number with which nothing is counted.
    package var isBare = false
    /// A price only because the sentence speaks of one or one was asked for.
    package var isImplied = false
    /// Of a promise: what else its sentence promises, which is what it is about: `free` of `Delivery is free`.
    package var beside: Set<String> = []
    /// Of a day: whether something is said to be open or closed on it.
    var door: Door?
    /// `We offer no refund.`
    package var isNegated = false

    enum Door: Sendable, Hashable {
        case open, closed
        /// `closed at 17:30 on Mondays` may be open before, or not at all.
        case closesAtTime
    }
}
