import Domain
import FoundationEssentials
import Support
import Testing

@Suite struct BusinessHoursTests {
    private static func hours(_ json: String) throws -> BusinessHours { try BusinessHours(json: json.utf8) }
    private static func at(_ text: String) throws -> LocalTime { try #require(LocalTime(text)) }

    /// 2026-11-20 is a Friday.
    private static let bar = """
        {"enabled":true,"week":{"fri":[{"from":"12:00","to":"14:30"},{"from":"18:00","to":"02:00"}],
        "mon":[{"from":"00:00","to":"24:00"}]},"holidays":["2026-11-21","2026-12-25"]}
        """

    @Test(arguments: [
        ("2026-11-20 11:59", false), ("2026-11-20 12:00", true), ("2026-11-20 14:29", true),
        ("2026-11-20 14:30", false), ("2026-11-20 18:00", true), ("2026-11-20 23:59", true),
        // Saturday is a holiday, but the window began on Friday.
        ("2026-11-21 01:59", true), ("2026-11-21 02:00", false), ("2026-11-21 12:00", false),
        ("2026-11-23 00:00", true), ("2026-11-23 23:59", true), ("2026-11-24 00:00", false),
        // Christmas is a Friday: no window begins, none runs into Saturday.
        ("2026-12-25 13:00", false), ("2026-12-26 01:00", false), ("2026-12-18 13:00", true),
    ])
    func windowsHolidaysAndMidnight(_ time: String, _ isOpen: Bool) throws {
        #expect(try Self.hours(Self.bar).isOpen(at: Self.at(time)) == isOpen)
    }

    @Test func disabledHoursAreAlwaysOpenAndEnabledOnesWithoutAWeekNever() throws {
        let time = try Self.at("2026-11-20 12:00")
        #expect(try Self.hours(#"{"enabled":false,"week":{"fri":[]}}"#).isOpen(at: time))
        #expect(try !Self.hours(#"{"enabled":true}"#).isOpen(at: time))
    }

    @Test func theChannelsHoursReplaceTheOrganizations() throws {
        let time = try Self.at("2026-11-22 12:00")
        let closed = try Self.hours(#"{"enabled":true}"#)
        #expect(!BusinessHours.effective(organization: .always, channel: closed).isOpen(at: time))
        #expect(BusinessHours.effective(organization: closed, channel: .always).isOpen(at: time))
        #expect(!BusinessHours.effective(organization: closed, channel: nil).isOpen(at: time))
    }

    @Test(arguments: [
        ("", ""), ("[]", ""), ("{}", "enabled"), (#"{"enabled":1}"#, "enabled"),
        (#"{"enabled":true,"weeks":{}}"#, "weeks"),
        (#"{"enabled":true,"week":{"lun":[]}}"#, "week.lun"), (#"{"enabled":true,"week":{"mon":{}}}"#, "week.mon"),
        (#"{"enabled":true,"week":{"mon":[{"to":"17:00"}]}}"#, "week.mon[0].from"),
        (#"{"enabled":true,"week":{"mon":[{"from":"9:00","to":"17:00"}]}}"#, "week.mon[0].from"),
        (#"{"enabled":true,"week":{"mon":[{"from":"24:00","to":"17:00"}]}}"#, "week.mon[0].from"),
        (#"{"enabled":true,"week":{"mon":[{"from":"09:00","to":"17:60"}]}}"#, "week.mon[0].to"),
        (#"{"enabled":true,"week":{"mon":[{"from":"09:00","to":"24:01"}]}}"#, "week.mon[0].to"),
        (
            #"{"enabled":true,"week":{"mon":[{"from":"01:00","to":"02:00"},{"from":"09:00","to":"09:00"}]}}"#,
            "week.mon[1].to"
        ),
        (#"{"enabled":true,"week":{"mon":[{"from":"09:00","to":"17:00","x":1}]}}"#, "week.mon[0].x"),
        (#"{"enabled":true,"holidays":["2026-12-25","2026-02-29"]}"#, "holidays[1]"),
        (#"{"enabled":true,"holidays":"2026-12-25"}"#, "holidays"),
    ])
    func aWrongFieldIsNamed(_ json: String, _ field: String) throws {
        let error = #expect(throws: BusinessHoursError.self) { try BusinessHours(json: json.utf8) }
        #expect(error?.field == field)
    }

    @Test func tooManyWindowsOrHolidaysAreRefused() {
        let window = #"{"from":"09:00","to":"17:00"}"#
        let many = Array(repeating: window, count: 13).joined(separator: ",")
        #expect(throws: BusinessHoursError.self) {
            try BusinessHours(json: #"{"enabled":true,"week":{"mon":[\#(many)]}}"#.utf8)
        }
        let days = Array(repeating: "\"2026-12-25\"", count: 401).joined(separator: ",")
        #expect(throws: BusinessHoursError.self) {
            try BusinessHours(json: #"{"enabled":true,"holidays":[\#(days)]}"#.utf8)
        }
    }

    /// Against a minute-by-minute calendar painted from the same windows.
    @Test func everyMinuteOfRandomWeeksAgreesWithAPaintedCalendar() throws {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            let hours = Self.random(&random)
            #expect(try BusinessHours(json: hours.json) == hours, "seed \(seed): the JSON form loses something")
            let first = try #require(LocalDate("2026-12-20"))
            let days = Self.days(from: first, count: 12)
            let painted = Self.painted(hours, days)
            for (index, day) in days.enumerated().dropFirst() {
                for minute in stride(from: 0, to: 1440, by: 7) {
                    let expected = painted.contains(index * 1440 + minute)
                    #expect(
                        hours.isOpen(at: LocalTime(date: day, minute: minute)) == expected,
                        "seed \(seed) \(day.text) \(minute)")
                }
            }
        }
    }

    private static func random(_ random: inout SeededGenerator) -> BusinessHours {
        var week: [Weekday: [BusinessHours.Window]] = [:]
        for day in Weekday.allCases {
            week[day] = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
                BusinessHours.Window(
                    from: Int.random(in: 0...1439, using: &random), to: Int.random(in: 0...1440, using: &random))
            }
        }
        let holidays = ["2026-12-25", "2026-12-26", "2027-01-01"].compactMap(LocalDate.init)
        return BusinessHours(isEnabled: true, week: week, holidays: Set(holidays.shuffled(using: &random).prefix(2)))
    }

    private static func days(from first: LocalDate, count: Int) -> [LocalDate] {
        (0..<count).compactMap { offset in
            let day = first.day + offset
            return day <= 31
                ? LocalDate(year: 2026, month: 12, day: day) : LocalDate(year: 2027, month: 1, day: day - 31)
        }
    }

    private static func painted(_ hours: BusinessHours, _ days: [LocalDate]) -> Set<Int> {
        var minutes: Set<Int> = []
        for (index, day) in days.enumerated() where !hours.holidays.contains(day) {
            for window in hours.week[day.weekday] ?? [] {
                let length = (window.to - window.from + 1440) % 1440
                minutes.formUnion((0..<(length == 0 ? 1440 : length)).map { index * 1440 + window.from + $0 })
            }
        }
        return minutes
    }
}

@Suite struct LocalDateTests {
    @Test func daysCountOnwardThroughFourCenturies() throws {
        var date = try #require(LocalDate("2400-03-01"))
        var weekday = Weekday.allCases.firstIndex(of: date.weekday) ?? 0
        for _ in 0..<(366 * 4) {
            let before = try #require(date.dayBefore)
            #expect(before.daysSince1970 == date.daysSince1970 - 1)
            #expect(before < date && LocalDate(before.text) == before)
            weekday = (weekday + 6) % 7
            #expect(Weekday.allCases[weekday] == before.weekday)
            date = before
        }
        #expect(LocalDate("1970-01-01")?.daysSince1970 == 0)
        #expect(LocalDate("2000-03-01")?.daysSince1970 == 11_017)
        #expect(LocalDate("2026-11-21")?.weekday == .saturday)
        #expect(LocalDate("0001-01-01")?.dayBefore == nil)
    }

    @Test(arguments: [
        "", "2026-2-01", "2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "2026-12-32", "+026-12-01",
        "2026-12-011",
    ])
    func whatIsNoDateIsRefused(_ text: String) {
        #expect(LocalDate(text) == nil)
    }

    @Test func postgresTextBecomesALocalTime() throws {
        let time = try #require(LocalTime("2026-11-21 01:30:45.123456"))
        #expect(time.minute == 90 && time.date.text == "2026-11-21")
        #expect(time.text == "Sat 2026-11-21 01:30")
        #expect(UsagePeriod(of: time.date).text == "2026-11")
        #expect(LocalTime("2026-11-21 24:00:00") == nil && LocalTime("2026-11-21") == nil && LocalTime("") == nil)
        #expect(UsagePeriod("2026-13") == nil && UsagePeriod("2026-11-01") == nil && UsagePeriod("2026-11") != nil)
    }
}
