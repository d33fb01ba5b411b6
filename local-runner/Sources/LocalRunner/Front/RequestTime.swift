import Synchronization

/// `22/Nov/2026:17:40:34 +0000`, kept for a second.
enum RequestTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let latest = Mutex((second: -1, text: ""))

    static func text(_ seconds: Int) -> String {
        latest.withLock { latest in
            if seconds != latest.second { latest = (seconds, made(seconds)) }
            return latest.text
        }
    }

    private static func made(_ seconds: Int) -> String {
        let iso = utcText(seconds)
        let day = CivilDay(number: seconds / 86_400)
        let padded = day.day < 10 ? "0\(day.day)" : "\(day.day)"
        return "\(padded)/\(months[day.month - 1])/\(day.year):\(iso.suffix(8)) +0000"
    }
}
