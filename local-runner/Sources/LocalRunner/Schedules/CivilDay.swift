import Domain

/// A day of the proleptic Gregorian calendar in UTC, counted from 1970-01-01.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
struct CivilDay: Equatable, Sendable {
    let year: Int
    /// 1...12
    let month: Int
    /// 1...31
    let day: Int
    /// Days since 1970-01-01.
    let number: Int

    init(number: Int) {
        self.number = number
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * index + 2) / 5 + 1
        month = index + (index < 10 ? 3 : -9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// 1 = Sunday ... 7 = Saturday, as cron expressions of EventBridge count.
    var weekday: Int { ((number + 4) % 7 + 7) % 7 + 1 }

    var daysInMonth: Int { LocalDate.days(in: month, of: year) }

    /// The weekday that another day of this month has.
    func weekday(of other: Int) -> Int {
        CivilDay(number: number + other - day).weekday
    }
}
