/// How a country's telephone numbers are written.
struct CallingCode: Sendable, Equatable {
    /// Without `+`.
    let code: String
    /// Dialled before a number inside the country; `nil` where there is none.
    let trunk: String?
    /// Digits of a mobile number without code and trunk prefix, fixed lines of about that length included.
    let lengths: ClosedRange<Int>

    /// `nil` for a country that is not in the table.
    static func of(_ country: String) -> CallingCode? {
        table[country.uppercased()]
    }

    /// Whether the digits begin with the calling code of any country.
    static func isKnown(prefixOf digits: Substring) -> Bool { possible(digits) != nil }

    /// Whether a number, with its calling code in front, is longer than any behind that code. Shorter ones pass: which of them
    /// exist changes faster than this table, and the provider refuses what it can't reach.
    static func isTooLong(_ digits: Substring) -> Bool {
        guard let (code, lengths) = possible(digits), let longest = lengths.max() else { return false }
        return digits.utf8.count > code.utf8.count + longest
    }

    /// The countries that share the calling code which the digits begin with.
    static func countries(behind digits: Substring) -> [String] {
        guard let code = possible(digits)?.code else { return [] }
        return table.filter { $0.value.code == code }.map(\.key)
    }

    /// The calling code that the digits begin with, and the lengths of what may follow it. Codes are prefix-free: one fits at most.
    private static func possible(_ digits: Substring) -> (code: String, lengths: [Int])? {
        for length in 1...3 {
            let code = String(digits.prefix(length))
            if let lengths = possibleLengths[code] { return (code, lengths) }
        }
        return nil
    }

    private static let possibleLengths: [String: [Int]] = {
        var table: [String: [Int]] = [:]
        for row in rows(NumberingData.possible) {
            table[String(row[0])] = row[1].split(separator: "/").compactMap { Int($0) }
        }
        return table
    }()

    private static let table: [String: CallingCode] = {
        var table: [String: CallingCode] = [:]
        for row in rows(NumberingData.regions) {
            let lengths = row[3].split(separator: "-").compactMap { Int($0) }
            table[String(row[0])] = CallingCode(
                code: String(row[1]), trunk: row[2] == "-" ? nil : String(row[2]),
                lengths: lengths[0]...lengths[1])
        }
        return table
    }()

    private static func rows(_ text: String) -> [[Substring]] {
        text.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace) }
    }
}
