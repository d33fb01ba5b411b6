package import FoundationEssentials

/// `timestamptz` in its text form, for the years 1 to 9999. The session's time zone is always UTC, so the offset is `+00`.
package enum PostgresTimestamp {
    /// Microseconds of the years 1 to 9999.
    private static let range = Int64(-62_135_596_800_000_000)...Int64(253_402_300_799_999_999)

    /// Microseconds, the column's resolution. A date outside the range is further away than any other.
    package static func text(_ date: Date) -> String {
        let exact = (date.timeIntervalSince1970 * 1_000_000).rounded()
        guard let micros = Int64(exactly: exact), range.contains(micros) else {
            return exact > 0 ? "infinity" : "-infinity"
        }
        let (days, rest) = floorDivide(micros, 86_400_000_000)
        let day = civil(fromDays: days)
        let second = rest / 1_000_000
        return
            "\(pad(day.year, 4))-\(pad(day.month, 2))-\(pad(day.day, 2)) "
            + "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2)).\(pad(rest % 1_000_000, 6))+00"
    }

    /// Reads `2026-11-21 01:02:03[.123456]+00`; `nil` for anything else, `infinity` included. The text may come from a
    /// client's cursor.
    package static func date(_ text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard (22...29).contains(bytes.count), bytes.suffix(3).elementsEqual("+00".utf8),
            hasSeparators(bytes), let year = number(bytes[0..<4], 1...9999), let month = number(bytes[5..<7], 1...12),
            let day = number(bytes[8..<10], 1...31), let hour = number(bytes[11..<13], 0...23),
            let minute = number(bytes[14..<16], 0...59), let second = number(bytes[17..<19], 0...59),
            let micros = micros(bytes[19..<(bytes.count - 3)])
        else { return nil }
        let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        return Date(timeIntervalSince1970: Double(seconds) + Double(micros) / 1_000_000)
    }

    private static func hasSeparators(_ bytes: [UInt8]) -> Bool {
        zip([4, 7, 10, 13, 16], "-- ::".utf8).allSatisfy { bytes[$0] == $1 }
    }

    /// Digits only: no sign.
    private static func number(_ digits: ArraySlice<UInt8>, _ range: ClosedRange<Int64>) -> Int64? {
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        return range.contains(value) ? value : nil
    }

    /// Of `.1` to `.123456`, or of nothing.
    private static func micros(_ fraction: ArraySlice<UInt8>) -> Int64? {
        guard let point = fraction.first else { return 0 }
        let digits = fraction.dropFirst()
        guard point == UInt8(ascii: "."), (1...6).contains(digits.count),
            let value = number(digits, 0...999_999)
        else { return nil }
        return (digits.count..<6).reduce(value) { value, _ in value * 10 }
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": proleptic Gregorian, valid for all years.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(year, 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted + (shifted < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

/// `bytea` in hex form: `\x00ff`.
package enum PostgresBytes {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func text(_ data: Data) -> String {
        var bytes: [UInt8] = Array("\\x".utf8)
        bytes.reserveCapacity(2 + data.count * 2)
        for byte in data {
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func data(_ text: String) -> Data? {
        let bytes = Array(text.utf8)
        guard text.hasPrefix("\\x"), bytes.count % 2 == 0 else { return nil }
        var data = Data(capacity: bytes.count / 2 - 1)
        for index in stride(from: 2, to: bytes.count, by: 2) {
            guard let high = value(bytes[index]), let low = value(bytes[index + 1]) else { return nil }
            data.append(high << 4 | low)
        }
        return data
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 97...102: byte - 87
        default: nil
        }
    }
}

/// One-dimensional arrays of text (PostgreSQL manual, "Array Input and Output Syntax"): every element quoted.
enum PostgresArray {
    static func text(_ values: [String]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.reduce(2) { $0 + $1.utf8.count + 3 })
        for value in values {
            bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
            bytes.append(UInt8(ascii: "\""))
            for byte in value.utf8 {
                if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        if bytes.isEmpty { bytes.append(UInt8(ascii: "{")) }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}
