/// When a business answers. Column `organizations.business_hours`, and `channels.business_hours` as an override.
///
/// A window belongs to the day it begins on: `22:00`-`02:00` on a Friday also covers Saturday 01:00, even if Saturday is
/// a holiday; on a holiday no window begins.
package struct BusinessHours: Sendable, Equatable {
    package struct Window: Sendable, Hashable {
        /// Minutes since midnight, 0...1439.
        package let from: Int
        /// 0...1440. Smaller than `from`: ends on the next day.
        package let to: Int

        /// `nil` when out of range or when both are equal, which could mean nothing or everything.
        package init?(from: Int, to: Int) {
            guard (0..<1440).contains(from), (0...1440).contains(to), from != to else { return nil }
            self.from = from
            self.to = to
        }

        package var passesMidnight: Bool { to < from }

        /// `09:00-17:00`.
        package var text: String { "\(ClockTime(from).text)-\(ClockTime(to).text)" }

        fileprivate func coversOnItsDay(_ minute: Int) -> Bool {
            minute >= from && (passesMidnight || minute < to)
        }
        fileprivate func coversOnNextDay(_ minute: Int) -> Bool {
            passesMidnight && minute < to
        }
    }

    /// False: no hours are kept, the business is always open.
    package var isEnabled: Bool
    /// A day without windows is closed.
    package var week: [Weekday: [Window]]
    package var holidays: Set<LocalDate>

    package init(isEnabled: Bool, week: [Weekday: [Window]] = [:], holidays: Set<LocalDate> = []) {
        self.isEnabled = isEnabled
        self.week = week
        self.holidays = holidays
    }

    package static let always = BusinessHours(isEnabled: false)

    /// The channel's own hours, or the organization's when it has none.
    package static func effective(organization: BusinessHours, channel: BusinessHours?) -> BusinessHours {
        channel ?? organization
    }

    package func isOpen(at time: LocalTime) -> Bool {
        guard isEnabled else { return true }
        if windows(of: time.date).contains(where: { $0.coversOnItsDay(time.minute) }) { return true }
        guard let yesterday = time.date.dayBefore else { return false }
        return windows(of: yesterday).contains { $0.coversOnNextDay(time.minute) }
    }

    /// The windows that begin on a day.
    package func windows(of date: LocalDate) -> [Window] {
        holidays.contains(date) ? [] : week[date.weekday] ?? []
    }

    /// One plain sentence for the decision trail.
    package func explanation(at time: LocalTime) -> String {
        guard isEnabled else { return "No business hours are kept." }
        let today = windows(of: time.date)
        let hours = today.isEmpty ? "closed" : today.map(\.text).joined(separator: ", ")
        let day = holidays.contains(time.date) ? "a holiday" : "today \(hours)"
        return "It is \(isOpen(at: time) ? "inside" : "outside") business hours: \(time.text), \(day)."
    }
}
