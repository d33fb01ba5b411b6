/// A telephone number in E.164 form, read from the forms that people and programs write.
///
/// Not a customer's identity: that is an opaque address (a WhatsApp user may hide the number).
package struct PhoneNumber: Sendable, Hashable, CustomStringConvertible {
    /// 7 to 15 digits, country code first, no `+`.
    package let digits: String

    private init(digits: String) {
        self.digits = digits
    }

    /// `+14155550100`.
    package var e164: String { "+\(digits)" }
    /// Twilio's address of the number on WhatsApp.
    package var whatsappAddress: String { "whatsapp:+\(digits)" }
    /// WhatsApp's own address of the number.
    package var jid: String { "\(digits)@s.whatsapp.net" }
    package var description: String { e164 }

    /// Reads `+14155550100`, `0014155550100`, `14155550100`, `14155550100@c.us`, `whatsapp:+14155550100`, and the
    /// country's own way of writing: `(415) 555-0100`, `0151 12345678`. Spaces, dots, dashes, slashes and brackets don't count.
    ///
    /// Digits alone are read as the country's own number where they fit one, else as an international one. Where both fit:
    /// a country that writes a trunk prefix (`0...`) would have written it, so it is international; another's is its own.
    ///
    /// - Parameter country: ISO 3166-1 alpha-2 of the organization; an unknown one reads only international forms.
    package init(_ text: String, country: String) throws(PhoneNumberError) {
        let (bare, isInternational) = try Self.withoutAddressing(text)
        let digits = try Self.digits(of: bare)
        if isInternational {
            self = try Self.international(digits)
            return
        }
        let region = CallingCode.of(country)
        if let prefix = Self.internationalPrefix(of: digits, region: region) {
            self = try Self.international(digits.dropFirst(prefix.count))
            return
        }
        if let own = region.flatMap({ Self.own(digits, $0) }) {
            self.init(digits: own)
            return
        }
        guard CallingCode.isKnown(prefixOf: digits) else { throw .notInternational }
        self = try Self.international(digits)
    }

    /// Takes off `whatsapp:`, `+` and a JID's server; any of the three marks an international number.
    private static func withoutAddressing(_ text: String) throws(PhoneNumberError) -> (Substring, Bool) {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        var isInternational = false
        if rest.lowercased().hasPrefix("whatsapp:") {
            rest = rest.dropFirst("whatsapp:".count)
            isInternational = true
        }
        if let at = rest.firstIndex(of: "@") {
            guard ["c.us", "s.whatsapp.net"].contains(rest[rest.index(after: at)...]) else { throw .notANumber }
            rest = rest[..<at]
            isInternational = true
        }
        if rest.first == "+" {
            rest.removeFirst()
            isInternational = true
        }
        return (rest, isInternational)
    }

    private static func digits(of text: Substring) throws(PhoneNumberError) -> Substring {
        var digits = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case " ", "-", ".", "/", "(", ")", "\t", "\u{a0}", "\u{2010}", "\u{2011}", "\u{202f}": continue
            default: throw .notANumber
            }
        }
        guard !digits.isEmpty else { throw .notANumber }
        return digits[...]
    }

    private static func international(_ digits: Substring) throws(PhoneNumberError) -> PhoneNumber {
        guard (7...15).contains(digits.utf8.count) else { throw .wrongLength }
        guard digits.first != "0" else { throw .notInternational }
        let person = PersonNumber(digits: digits)
        guard !CallingCode.isTooLong(person.digits[...]) else { throw .wrongLength }
        return PhoneNumber(digits: String(digits))
    }

    /// `00`, or `011` as North America dials.
    private static func internationalPrefix(of digits: Substring, region: CallingCode?) -> String? {
        if region?.code == "1", digits.hasPrefix("011") { return "011" }
        return digits.hasPrefix("00") ? "00" : nil
    }

    /// The number as the country itself would read it, with its code; `nil` when it fits none of its forms.
    private static func own(_ digits: Substring, _ region: CallingCode) -> String? {
        if region.code == "54", let mobile = ArgentineMobile(national: digits) { return mobile.international }
        let withCode =
            digits.hasPrefix(region.code) && region.lengths.contains(digits.utf8.count - region.code.utf8.count)
        let bare = region.lengths.contains(digits.utf8.count) ? region.code + digits : nil
        guard let trunk = region.trunk else { return bare ?? (withCode ? String(digits) : nil) }
        if withCode { return String(digits) }
        let rest = digits.dropFirst(trunk.utf8.count)
        // Fixed lines may be shorter than the table's lengths.
        if digits.hasPrefix(trunk), rest.utf8.count >= 5, rest.utf8.count <= region.lengths.upperBound {
            return region.code + rest
        }
        return bare
    }
}

package enum PhoneNumberError: Error, Sendable, Equatable, CustomStringConvertible {
    case notANumber
    case notInternational
    case wrongLength

    package var description: String {
        switch self {
        case .notANumber: "This is not a telephone number."
        case .notInternational: "Write the number with its country code, like +14155550100."
        case .wrongLength: "A number with its country code has 7 to 15 digits."
        }
    }
}
