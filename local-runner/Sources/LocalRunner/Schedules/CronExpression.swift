/// Six fields, `minute hour day-of-month month day-of-week year`, with `,` `-` `*` `/` `?` `L` `W` `#` and names.
struct CronExpression: Sendable, Equatable {
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: DayRule
    private let months: Set<Int>
    private let years: Set<Int>

    /// Which days of a month: exactly one of the two day fields decides, the other is `?`.
    enum DayRule: Sendable, Equatable {
        case ofMonth([OfMonth])
        case ofWeek([OfWeek])
    }

    enum OfMonth: Sendable, Equatable {
        case days(Set<Int>)
        /// `L`, or `L-3`: so many days before the last.
        case last(before: Int)
        /// `15W`: the weekday (Monday to Friday) nearest to the day, within the month.
        case nearestWeekday(Int)
        case lastWeekday
    }

    enum OfWeek: Sendable, Equatable {
        case days(Set<Int>)
        /// `6#3`: the third Friday.
        case nth(weekday: Int, Int)
        /// `6L`: the last Friday.
        case last(Int)
    }

    init(_ text: String) throws(ScheduleProblem) {
        let fields = text.split(separator: " ").map { $0.uppercased() }
        guard fields.count == 6 else {
            throw ScheduleProblem("cron(\(text)) has \(fields.count) fields; six are needed")
        }
        guard (fields[2] == "?") != (fields[4] == "?") else {
            throw ScheduleProblem("cron(\(text)): exactly one of day-of-month and day-of-week must be ?")
        }
        minutes = try CronField("minute", 0...59).values(fields[0])
        hours = try CronField("hour", 0...23).values(fields[1])
        months = try CronField("month", 1...12, names: CronField.months).values(fields[3])
        years = try CronField("year", 1970...2199).values(fields[5])
        days = fields[4] == "?" ? .ofMonth(try Self.ofMonth(fields[2])) : .ofWeek(try Self.ofWeek(fields[4]))
    }

    /// The latest slot in `(after, now]`, seconds since 1970; `nil` when there is none.
    func latestSlot(atOrBefore now: Int, after: Int) -> Int? {
        var number = now / 86_400
        let oldest = max(0, after / 86_400)
        while number >= oldest {
            let until = number == now / 86_400 ? now % 86_400 : 86_399
            if matches(CivilDay(number: number)), let second = latestTime(atOrBefore: until) {
                let slot = number * 86_400 + second
                return slot > after ? slot : nil
            }
            number -= 1
        }
        return nil
    }

    private func latestTime(atOrBefore second: Int) -> Int? {
        for hour in stride(from: second / 3600, through: 0, by: -1) where hours.contains(hour) {
            let until = hour == second / 3600 ? second / 60 % 60 : 59
            for minute in stride(from: until, through: 0, by: -1) where minutes.contains(minute) {
                return hour * 3600 + minute * 60
            }
        }
        return nil
    }

    private func matches(_ day: CivilDay) -> Bool {
        guard months.contains(day.month), years.contains(day.year) else { return false }
        switch days {
        case .ofMonth(let rules): return rules.contains { $0.matches(day) }
        case .ofWeek(let rules): return rules.contains { $0.matches(day) }
        }
    }

    private static func ofMonth(_ field: String) throws(ScheduleProblem) -> [OfMonth] {
        var rules: [OfMonth] = []
        for part in field.split(separator: ",") {
            if part == "L" {
                rules.append(.last(before: 0))
            } else if part == "LW" {
                rules.append(.lastWeekday)
            } else if part.hasPrefix("L-"), let before = Int(part.dropFirst(2)), (1...30).contains(before) {
                rules.append(.last(before: before))
            } else if part.hasSuffix("W"), let day = Int(part.dropLast()), (1...31).contains(day) {
                rules.append(.nearestWeekday(day))
            } else {
                rules.append(.days(try CronField("day-of-month", 1...31).values(String(part))))
            }
        }
        return rules
    }

    private static func ofWeek(_ field: String) throws(ScheduleProblem) -> [OfWeek] {
        let days = CronField("day-of-week", 1...7, names: CronField.weekdays)
        var rules: [OfWeek] = []
        for part in field.split(separator: ",") {
            let numbered = part.split(separator: "#", omittingEmptySubsequences: false)
            if numbered.count == 2 {
                guard let nth = Int(numbered[1]), (1...5).contains(nth) else {
                    throw ScheduleProblem("day-of-week \(part): the number after # is 1 to 5")
                }
                rules.append(.nth(weekday: try days.value(String(numbered[0])), nth))
            } else if part == "L" {
                rules.append(.days([7]))
            } else if part.hasSuffix("L") {
                rules.append(.last(try days.value(String(part.dropLast()))))
            } else {
                rules.append(.days(try days.values(String(part))))
            }
        }
        return rules
    }
}

extension CronExpression.OfMonth {
    fileprivate func matches(_ day: CivilDay) -> Bool {
        switch self {
        case .days(let days): days.contains(day.day)
        case .last(let before): day.day == day.daysInMonth - before
        case .nearestWeekday(let target):
            target <= day.daysInMonth && day.day == Self.nearestWeekday(to: target, in: day)
        case .lastWeekday: day.day == Self.nearestWeekday(to: day.daysInMonth, in: day)
        }
    }

    private static func nearestWeekday(to target: Int, in day: CivilDay) -> Int {
        switch day.weekday(of: target) {
        case 7: target == 1 ? 3 : target - 1
        case 1: target == day.daysInMonth ? target - 2 : target + 1
        default: target
        }
    }
}

extension CronExpression.OfWeek {
    fileprivate func matches(_ day: CivilDay) -> Bool {
        switch self {
        case .days(let days): days.contains(day.weekday)
        case .nth(let weekday, let nth): day.weekday == weekday && (day.day - 1) / 7 + 1 == nth
        case .last(let weekday): day.weekday == weekday && day.day + 7 > day.daysInMonth
        }
    }
}
