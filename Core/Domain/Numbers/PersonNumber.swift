/// The telephone number that an address names, in the one form that all its spellings share: who has the same one is the same person.
///
/// Some networks write one mobile number in several ways, WhatsApp among them (SOURCE.md): Mexico with a `1` behind +52 or without,
/// Brazil with the ninth digit or without, Argentina with a `9` behind +54, a `15` behind the area code, or neither. This form
/// is for comparing; a message goes to the address that was written from.
package struct PersonNumber: Sendable, Hashable, CustomStringConvertible {
    /// Calling code first, no `+`.
    let digits: String

    /// `+5215512345678` and `+525512345678` alike: `+525512345678`.
    package var e164: String { "+\(digits)" }
    package var description: String { e164 }

    /// - Parameter digits: with the calling code, no `+`.
    init(digits: Substring) {
        self.digits =
            Self.mexican(digits) ?? Self.brazilian(digits) ?? ArgentineMobile(international: digits)?.withoutMark
            ?? String(digits)
    }

    /// The number of `whatsapp:+5215512345678`, `+5215512345678` (SMS), `5215512345678@s.whatsapp.net`; `nil` for an address that
    /// names none: a user id (`whatsapp:US.abc`), a hidden id (`...@lid`), a group, a short code, a sender's name.
    package init?(address: String) {
        guard let digits = Self.digits(of: address), (7...15).contains(digits.utf8.count), digits.utf8.first != 48
        else { return nil }
        self.init(digits: digits)
    }

    private static func digits(of address: String) -> Substring? {
        var rest = address[...]
        if let at = rest.firstIndex(of: "@") {
            guard ["s.whatsapp.net", "c.us"].contains(rest[at...].dropFirst()) else { return nil }
            rest = rest[..<at]
        } else {
            if rest.hasPrefix("whatsapp:") { rest = rest.dropFirst("whatsapp:".count) }
            guard rest.utf8.first == UInt8(ascii: "+") else { return nil }
            rest.removeFirst()
        }
        return rest.utf8.allSatisfy { (48...57).contains($0) } ? rest : nil
    }

    /// The 1 of mobile numbers, which Mexico dropped in 2019 and WhatsApp's addresses still have.
    private static func mexican(_ digits: Substring) -> String? {
        guard digits.hasPrefix("521"), digits.utf8.count == 13 else { return nil }
        return "52" + digits.dropFirst(3)
    }

    /// A mobile number of eight digits, which begins with 6 to 9, has a 9 in front since 2016; WhatsApp's addresses of many areas
    /// do without.
    private static func brazilian(_ digits: Substring) -> String? {
        guard digits.hasPrefix("55"), digits.utf8.count == 12 else { return nil }
        let (area, subscriber) = (digits.dropFirst(2).prefix(2), digits.dropFirst(4))
        guard brazilMobileAreas.contains(area), ("6"..."9").contains(subscriber.prefix(1)) else { return nil }
        return "55\(area)9\(subscriber)"
    }

    private static let brazilMobileAreas = Set(NumberingData.brazilMobileAreas.split(whereSeparator: \.isWhitespace))
}

/// A mobile number of Argentina. Blocks of mobile and fixed numbers are different ones: without its mark it is still one number.
struct ArgentineMobile: Sendable {
    /// Area code and subscriber, together.
    private static let length = 10

    private let number: String

    var international: String { "549\(number)" }
    var withoutMark: String { "54\(number)" }

    /// - Parameter digits: `549...`, or `54`, area code, `15`, subscriber.
    init?(international digits: Substring) {
        guard digits.hasPrefix("54") else { return nil }
        let rest = digits.dropFirst(2)
        let isMarked = rest.hasPrefix("9") && rest.utf8.count == Self.length + 1
        guard let number = isMarked ? String(rest.dropFirst()) : Self.number(national: rest) else { return nil }
        self.number = number
    }

    /// - Parameter digits: area code, `15` and subscriber, as the country itself dials, with `0` in front or without.
    init?(national digits: Substring) {
        guard let number = Self.number(national: digits) else { return nil }
        self.number = number
    }

    private static func number(national digits: Substring) -> String? {
        let rest = digits.hasPrefix("0") ? digits.dropFirst() : digits
        guard rest.utf8.count == length + 2 else { return nil }
        for width in 2...4 {
            let area = rest.prefix(width)
            let behind: Substring = rest.dropFirst(width)
            if areas.contains(area), behind.hasPrefix("15") { return "\(area)\(behind.dropFirst(2))" }
        }
        return nil
    }

    private static let areas = Set(NumberingData.argentinaAreas.split(whereSeparator: \.isWhitespace))
}
