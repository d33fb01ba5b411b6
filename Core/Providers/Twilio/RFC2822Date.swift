import Domain
import FoundationEssentials

extension Date {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Reads `Fri, 24 May 2019 17:44:46 +0000`, the form of RFC 2822 3.3 that Twilio writes; the weekday may be missing,
    /// the zone may be `GMT` or `UT`. `nil` for anything else.
    init?(rfc2822 text: String) {
        var words = text.split(separator: " ")
        if words.first?.hasSuffix(",") == true { words.removeFirst() }
        guard words.count == 5, let day = Int(words[0]), let month = Self.months.firstIndex(of: words[1].lowercased()),
            let year = Int(words[2]), let date = LocalDate(year: year, month: month + 1, day: day),
            let time = Self.secondsOfDay(words[3]), let offset = Self.offset(words[4])
        else { return nil }
        self.init(timeIntervalSince1970: Double(date.daysSince1970 * 86_400 + time - offset))
    }

    private static func secondsOfDay(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), let second = parts.count == 3 ? Int(parts[2]) : 0, (0..<24).contains(hour),
            (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    /// Seconds east of Greenwich.
    private static func offset(_ text: Substring) -> Int? {
        if text == "GMT" || text == "UT" { return 0 }
        guard text.utf8.count == 5, let sign = text.first, "+-".contains(sign), let digits = Int(text.dropFirst()),
            digits >= 0, digits % 100 < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (digits / 100 * 3_600 + digits % 100 * 60)
    }
}
