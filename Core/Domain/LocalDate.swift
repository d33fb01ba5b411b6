/// A calendar day without a time zone (proleptic Gregorian). Which day it is somewhere is decided elsewhere, by Postgres
/// (`AT TIME ZONE`).
package struct LocalDate: Sendable, Hashable, Comparable {
    package let year: Int
    /// 1...12.
    package let month: Int
    /// 1...31.
    package let day: Int

    /// `nil` for a day that doesn't exist, like 2026-02-30. Years 1...9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2026-12-25` and nothing else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = decimal(bytes[0..<4]), let month = decimal(bytes[5..<7]), let day = decimal(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// `2026-12-25`.
    package var text: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday; Monday is 0.
        Weekday.allCases[((daysSince1970 + 3) % 7 + 7) % 7]
    }

    package var dayBefore: LocalDate? {
        if day > 1 { return LocalDate(year: year, month: month, day: day - 1) }
        if month > 1 {
            return LocalDate(year: year, month: month - 1, day: Self.days(in: month - 1, of: year))
        }
        return LocalDate(year: year - 1, month: 12, day: 31)
    }

    /// Days since 1970-01-01, by counting in years that begin in March so that the leap day is a year's last.
    package var daysSince1970: Int {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
    }

    package static func < (left: LocalDate, right: LocalDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    package static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

package enum Weekday: String, Sendable, CaseIterable, Codable {
    case monday = "mon"
    case tuesday = "tue"
    case wednesday = "wed"
    case thursday = "thu"
    case friday = "fri"
    case saturday = "sat"
    case sunday = "sun"
}

/// What the clock on the wall says at the organization's place.
package struct LocalTime: Sendable, Hashable {
    package var date: LocalDate
    /// Minutes since midnight, 0...1439.
    package var minute: Int

    package init(date: LocalDate, minute: Int) {
        precondition((0..<1440).contains(minute), "a day has minutes 0...1439")
        self.date = date
        self.minute = minute
    }

    /// Reads Postgres's text of `now AT TIME ZONE zone`: `2026-11-21 01:30:45.12`. Seconds are dropped.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "T"),
            let date = LocalDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let time = ClockTime(String(decoding: bytes[11..<16], as: UTF8.self)), time.minute < 1440
        else { return nil }
        self.init(date: date, minute: time.minute)
    }

    package var weekday: Weekday { date.weekday }

    /// `Sat 2026-11-21 01:30`, for decision sentences.
    package var text: String {
        "\(weekday.rawValue.prefix(1).uppercased())\(weekday.rawValue.dropFirst()) \(date.text) \(ClockTime(minute).text)"
    }
}

/// `09:00` to `24:00`: a time of day as people write it in opening hours.
struct ClockTime: Sendable, Hashable {
    /// 0...1440; 1440 is the end of the day.
    let minute: Int

    init(_ minute: Int) {
        self.minute = minute
    }

    /// Reads `HH:MM`, 00:00...24:00.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = decimal(bytes[0..<2]),
            let minute = decimal(bytes[3..<5]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        self.minute = hour * 60 + minute
    }

    var text: String { "\(padded(minute / 60, 2)):\(padded(minute % 60, 2))" }
}

/// Digits only: `Int(_:)` would also take a sign.
func decimal(_ bytes: some Sequence<UInt8>) -> Int? {
    var value = 0
    var isEmpty = true
    for byte in bytes {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), value < 1_000_000_000 else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
        isEmpty = false
    }
    return isEmpty ? nil : value
}

func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}
