import Domain
import Testing

@testable import Assistant

/// Days and times of day: what a date looks like, what a time looks like, and what the hours say of a day.
@Suite struct GroundingDayTests {
    typealias Case = GroundingCaseTests.Case

    private func kept(_ item: Case, openDays: Set<Weekday>? = nil) -> String {
        let sources = GroundingSources(
            business: item.business, customer: [item.customer], openDays: openDays, now: "Sat 2026-11-21 01:30")
        return Grounding.judge(item.answer, by: sources, question: item.customer).kept
    }

    static let otherDates = [
        Case("2026-12-24", "Am 25.12. sind wir zu."), Case("2026-12-24", "Am 12.11. ist zu."),
        Case("24.12.-26.12. geschlossen", "Vom 24.12.-27.12. ist zu."),
        Case("Abierto 2026-10-03", "Cerramos el 3/11."), Case("Am 24.12. ist zu.", "Es kostet 24.12."),
        Case("Am 24.12. ist zu.", "It is 24.12.", customer: "price?"),
        Case("24.12.-26.12. ist zu", "Es kostet 24.12.-26.12. nur."),
        Case("We have 3 rooms.", "Ready on 3 May."), Case("We have 3 rooms.", "Ready on 3 may."),
        Case("We have 2 rooms.", "Am 2 Des."),
    ]
    static let sameDates = [
        Case("2026-12-24", "Am 24.12. sind wir zu."), Case("24 December", "Heiligabend, 24.12., ist zu."),
        Case("Am 24.12. ist zu.", "We are closed on 24 December."),
        Case("24.12.-26.12. geschlossen", "Vom 24.12.-26.12. ist zu."),
        Case("24 December, 26 December", "24.12.-26.12. geschlossen."),
        Case("Cerrado: 2026-10-03", "Cerramos el 3/10."), Case("1 April", "Le 1/4 nous sommes là."),
        Case("Children under 3 pay nothing.", "Children under 3 may enter."),
        Case("Rated 2 by 5 people.", "It has 2 out of 5."), Case("2 of 3 rooms", "Il reste 2 des 3."),
    ]

    @Test(arguments: otherDates) func anotherDayIsAnotherDate(_ item: Case) { #expect(kept(item) == "") }

    @Test(arguments: sameDates) func theSameDayIsTheSameDate(_ item: Case) { #expect(kept(item) == item.answer) }

    private static let hours = "Open 9:00-17:30"
    private static let half = "Open 9:30-17:30"
    static let otherTimes = [
        Case(hours, "We open at eight."), Case(hours, "We open at eight o'clock."), Case(hours, "It opens eight am."),
        Case(hours, "Come at eight o'clock."), Case(hours, "Wir öffnen um acht."),
        Case(hours, "Wir öffnen um acht Uhr."), Case(hours, "We are open until ten."),
        Case(hours, "We open at half past nine."), Case(hours, "9시 30분에 열어요."),
        Case(hours, "It takes 30 minutes.", "9시 30분에 열어요."), Case(hours, "It takes 30 minutes.", "我们9点30分开门。"),
        Case(hours, "Dalle 9.30 alle 17.30."), Case(hours, "Buka pukul 09.30."), Case(hours, "We're open 8 to 5:30."),
        Case(hours, "On ferme à 18 h 30."), Case(hours, "Bis 18 Uhr 30."), Case(hours, "We are open from 9 to 6."),
        Case(half, "9.30.", customer: "how much?"), Case(half, "It costs 9.30."), Case(half, "It's 9.30 EUR."),
        Case(hours, "A cut is 19 EUR.", customer: "price?"), Case(hours, "You get it at 9.", customer: "price?"),
        Case(hours, "Drop by, cuts from 9!", customer: "price?"),
    ]
    static let sameTimes = [
        Case(hours, "Nine am it is."),
        Case(hours, "We open at nine."), Case(hours, "We open at nine o'clock."), Case(hours, "It opens nine am."),
        Case(hours, "Wir öffnen um neun Uhr."), Case(half, "We open at half past nine."),
        Case(half, "Dalle 9.30 alle 17.30."), Case("Dalle 9.30 alle 17.30.", "We open at 9:30."),
        Case("9.30-17.30", "We close at 5:30 pm."), Case(half, "Buka pukul 09.30."),
        Case(half, "On ferme à 17 h 30."), Case(half, "Bis 17 Uhr 30."), Case(half, "9点30分开门。"),
        Case(half, "9時30分に開きます。"), Case(half, "9시 30분에 열어요."), Case("9点30分开门。", "We open at 9:30."),
        Case("Open 9:00-17:00", "We're open 9 to 5."), Case("Mon-Fri 9-17", "We're open from 9 to 5."),
        Case("Open 9-5", "Wir haben von 9 bis 17 Uhr geöffnet."),
        Case(hours, "Cut: 45 EUR.", "A cut is 45 EUR. We open at 9.", customer: "What is the price of a cut?"),
    ]

    @Test(arguments: otherTimes) func anotherTimeStays(_ item: Case) { #expect(kept(item) == "") }

    @Test(arguments: sameTimes) func theSameTimePassesInItsSpellings(_ item: Case) {
        #expect(kept(item) == item.answer)
    }

    private static let week = "Mon-fri: 09:00-17:00\nSat-sun: closed"
    static let otherDays = [
        Case(week, "We are open on Sunday at 9:00."), Case(week, "We are open on Sunday.", customer: "Open Sunday?"),
        Case(week, "Your parcel arrives tomorrow."), Case(week, "Your table is confirmed for Friday."),
        Case(week, "We are closed on Monday."), Case(week, "We are not open on Monday."),
        Case(week, "Sunday: 9:00-17:00"), Case(week, "Wir haben am Sonntag geöffnet."), Case(week, "我们星期日营业。"),
        Case(week, "Abrimos el domingo."), Case(week, "We are open tomorrow."),
        Case(week, "Course every Sunday.", "We are open on Sunday."),
        Case(week, "Closed on Friday, open on Sunday."),
        Case(week, "We close at 5 pm on Sunday."),
        Case(week, "We are open on Sundays."), Case(week, "Wir haben sonntags geöffnet."),
        Case(week, "Abrimos los domingos."), Case(week, "Мы открыты в субботу."),
        Case(week, "We are closed until Sunday."),
    ]
    static let sameDays = [
        Case(week, "We are open on Monday at 9:00."), Case(week, "Monday: 9:00-17:00"), Case(week, "Sunday: closed"),
        Case(week, "We are open Monday to Friday and closed on Sunday."),
        Case(week, "On Sunday we are closed and on Monday we open at 9."), Case(week, "We are not open on Sunday."),
        Case(week, "Friday is fine.", customer: "May I come on Friday?"), Case(week, "Sonntags ist geschlossen."),
        Case(week, "Your parcel arrives on Friday.", "It arrives on Friday."), Case(week, "Tomorrow we are closed."),
        Case(week, "我们星期日不营业。"), Case(week, "Cerramos los domingos."), Case(week, "We close at 5 pm on Monday."),
        Case(week, "We're closed now, we'll be back on Monday at 9:00."), Case(week, "We are closed until Monday."),
        Case(week, "Abrimos por la mañana."), Case(week, "Please come back on Monday."),
        Case(week, "Open on Sunday 6 December.", "We are open on Sunday 6 December."),
    ]

    @Test(arguments: otherDays) func hoursSayNothingElseOfADay(_ item: Case) {
        #expect(kept(item, openDays: [.monday, .tuesday, .wednesday, .thursday, .friday]) == "")
    }

    @Test(arguments: sameDays) func hoursSayOnWhichDaysItIsOpen(_ item: Case) {
        #expect(kept(item, openDays: [.monday, .tuesday, .wednesday, .thursday, .friday]) == item.answer)
    }

    @Test func withoutHoursADayNeedsWhoNamesIt() {
        #expect(kept(Case("Hair.", "We are open on Sunday.", customer: "Are you open on Sunday?")) == "")
        #expect(kept(Case("Open on Sundays.", "We are open on Sunday.")) == "We are open on Sunday.")
        #expect(kept(Case("Closed on Sundays.", "We are open on Sunday.")) == "")
    }
}
