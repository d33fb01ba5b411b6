package import Domain

/// Business hours as people write them.
package enum HoursText {
    /// One line per run of equal days, `mon-fri 09:00-17:00`; empty when no hours are kept.
    package static func week(_ hours: BusinessHours) -> String {
        guard hours.isEnabled else { return "" }
        var runs: [(days: [Weekday], windows: String)] = []
        for day in Weekday.allCases {
            let windows = (hours.week[day] ?? []).map(\.text).joined(separator: ", ")
            if runs.last?.windows == windows {
                runs[runs.count - 1].days.append(day)
            } else {
                runs.append(([day], windows))
            }
        }
        return runs.map { run in
            let first = run.days.first.map(name) ?? ""
            let last = run.days.last.map(name) ?? ""
            return "\(run.days.count > 1 ? "\(first)-\(last)" : first): \(run.windows.isEmpty ? "closed" : run.windows)"
        }.joined(separator: "\n")
    }

    private static func name(_ day: Weekday) -> String {
        day.rawValue.prefix(1).uppercased() + day.rawValue.dropFirst()
    }
}
