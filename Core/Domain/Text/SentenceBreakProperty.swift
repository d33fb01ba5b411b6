/// The value of Unicode's property Sentence_Break (UAX #29, table 4).
enum SentenceBreakProperty: UInt8, Sendable {
    case other, carriageReturn, lineFeed, separator, extend, format, space, lower, upper, letter, numeric
    /// A full stop, which also stands inside numbers and names.
    case fullStop
    /// Any other mark that ends a sentence.
    case terminal
    case close, goesOn

    init(_ scalar: Unicode.Scalar) {
        self = scalar.value < 0x80 ? Self.ascii[Int(scalar.value)] : Self.computed(scalar)
    }

    var endsParagraph: Bool { self == .separator || self == .carriageReturn || self == .lineFeed }
    var endsSentence: Bool { self == .fullStop || self == .terminal }
    /// Belongs to the character before it (SB5).
    var isAttached: Bool { self == .extend || self == .format }

    private static let ascii: [SentenceBreakProperty] = (0..<0x80).map { computed(Unicode.Scalar(UInt8($0))) }

    private static func computed(_ scalar: Unicode.Scalar) -> SentenceBreakProperty {
        if let named = named(scalar) { return named }
        let properties = scalar.properties
        let category = properties.generalCategory
        if properties.isGraphemeExtend || category == .spacingMark { return .extend }
        if category == .format { return .format }
        if properties.isWhitespace { return .space }
        if SentenceTerminals.contains(scalar) { return .terminal }
        if isGeorgian(scalar) { return .letter }
        if properties.isLowercase { return .lower }
        if properties.isUppercase || category == .titlecaseLetter { return .upper }
        if properties.isAlphabetic { return .letter }
        if category == .decimalNumber, !isWide(scalar) { return .numeric }
        return isClose(scalar, category) ? .close : .other
    }

    private static func named(_ scalar: Unicode.Scalar) -> SentenceBreakProperty? {
        switch scalar.value {
        case 0x0D: .carriageReturn
        case 0x0A: .lineFeed
        case 0x85, 0x2028, 0x2029: .separator
        case 0x2E, 0x2024, 0xFE52, 0xFF0E: .fullStop
        case 0x66B, 0x66C: .numeric
        case 0x5F3: .letter
        case 0x2C, 0x2D, 0x3A, 0x55D, 0x60C, 0x60D, 0x7F8, 0x1802, 0x1808, 0x2013, 0x2014, 0x3001, 0xFE10, 0xFE11,
            0xFE13,
            0xFE31, 0xFE32, 0xFE50, 0xFE51, 0xFE55, 0xFE58, 0xFE63, 0xFF0C, 0xFF0D, 0xFF1A, 0xFF64:
            .goesOn
        default: nil
        }
    }

    /// Georgian has capitals for whole words only: the property leaves its letters without case.
    private static func isGeorgian(_ scalar: Unicode.Scalar) -> Bool {
        (0x10D0...0x10FA).contains(scalar.value) || (0x10FD...0x10FF).contains(scalar.value)
            || (0x1C90...0x1CBF).contains(scalar.value) && scalar.properties.isAlphabetic
    }

    /// Full-width digits are ideographs to Line_Break, of which the class Numeric is made.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool { (0xFF10...0xFF19).contains(scalar.value) }

    private static func isClose(_ scalar: Unicode.Scalar, _ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation: true
        default:
            scalar == "\"" || scalar == "'" || (0x275B...0x2760).contains(scalar.value)
                || (0x1F676...0x1F678).contains(scalar.value)
        }
    }
}
