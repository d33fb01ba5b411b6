/// `rate(5 minutes)` or `cron(0 0 1 * ? *)`, UTC.
///
/// A slot is an instant at which the schedule fires, in whole seconds since 1970.
enum ScheduleExpression: Sendable, Equatable {
    /// Seconds between slots. Slots lie at multiples of it, so that a restart doesn't move them.
    case rate(Int)
    case cron(CronExpression)

    init(_ text: String) throws(ScheduleProblem) {
        guard let open = text.firstIndex(of: "("), text.last == ")" else {
            throw ScheduleProblem("\"\(text)\" is neither rate(...) nor cron(...)")
        }
        let inner = text[text.index(after: open)...].dropLast()
        switch text[..<open] {
        case "rate": self = .rate(try Self.seconds(inner))
        case "cron": self = .cron(try CronExpression(String(inner)))
        default: throw ScheduleProblem("\"\(text)\" is neither rate(...) nor cron(...)")
        }
    }

    private static func seconds(_ text: Substring) throws(ScheduleProblem) -> Int {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let count = Int(parts[0]), (1...100_000).contains(count) else {
            throw ScheduleProblem("rate(\(text)) must be a number from 1 and a unit")
        }
        let units = ["minute": 60, "hour": 3600, "day": 86_400]
        let singular = count == 1 ? String(parts[1]) : String(parts[1].dropLast())
        guard let unit = units[singular], count == 1 || parts[1].last == "s" else {
            throw ScheduleProblem("rate(\(text)): the unit is minute, hour or day, with an s unless it is 1")
        }
        return count * unit
    }

    /// The slots after `last` up to and including `now`, oldest first, at most `limit` of the latest. Of a rate only the
    /// latest: it means "every so often", not "so many times".
    func slots(after last: Int, through now: Int, limit: Int) -> [Int] {
        switch self {
        case .rate(let seconds):
            let latest = now - now % seconds
            return latest > last ? [latest] : []
        case .cron(let cron):
            var slots: [Int] = []
            var until = now
            while slots.count < limit, let slot = cron.latestSlot(atOrBefore: until, after: last) {
                slots.append(slot)
                until = slot - 1
            }
            return slots.reversed()
        }
    }
}

struct ScheduleProblem: Error, Equatable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
