import FoundationEssentials
import Web

/// Dates as Twilio's 2010-04-01 API writes and reads them, always GMT.
enum TwilioDates {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// RFC 2822: `Fri, 24 May 2019 17:44:46 +0000`.
    static func text(_ date: Date) -> String {
        let parts = gregorian.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
        let time = [parts.hour, parts.minute, parts.second].map { twoDigits($0 ?? 0) }.joined(separator: ":")
        let day = "\(twoDigits(parts.day ?? 1)) \(months[(parts.month ?? 1) - 1]) \(parts.year ?? 1970)"
        return "\(weekdays[(parts.weekday ?? 1) - 1]), \(day) \(time) +0000"
    }

    static func json(_ date: Date?) -> JSONValue { .text(date.map(text)) }

    /// A filter's value as the span of time it names: a day for `2026-11-21`, an instant for ISO 8601.
    static func span(_ text: String) -> Range<Date>? {
        if text.utf8.count == 10, let start = try? Date("\(text)T00:00:00Z", strategy: .iso8601) {
            return start..<start.addingTimeInterval(86_400)
        }
        let normal = text.contains("T") ? text : text.replacing(" ", with: "T")
        let zoned = normal.hasSuffix("Z") || normal.hasSuffix("+00:00") ? normal : normal + "Z"
        let plain = zoned.replacing("+00:00", with: "Z")
        let whole = plain.split(separator: ".").count == 2 ? plain.split(separator: ".")[0] + "Z" : plain[...]
        guard let instant = try? Date(String(whole), strategy: .iso8601) else { return nil }
        return instant..<instant.addingTimeInterval(1)
    }

    private static let gregorian: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
