@_spi(_Unicode) import Swift

/// A text as it is compared with a word that must match exactly: N(t) of the product's rules. Case, accents, full-width forms,
/// digits of other scripts, invisible characters, kinds of quotes and dashes, and white space around and inside make no difference.
///
/// Canonical decomposition is the standard library's own (`_nfd`, the one that compares strings); nothing else here has it without
/// all of Foundation.
package enum KeywordText {
    /// `normalized("  ¡CAFÉ\u{200e} ")` is `¡cafe`.
    ///
    /// - Parameter keepsMarks: accents stay, for a language in which they make another word.
    package static func normalized(_ text: String, keepsMarks: Bool = false) -> String {
        var reading = Reading(keepsMarks: keepsMarks)
        for scalar in text._nfd { reading.take(scalar) }
        return reading.text
    }

    private struct Reading {
        let keepsMarks: Bool
        private(set) var text = ""
        private var isMarkDropped = false
        private var waitsForSpace = false

        init(keepsMarks: Bool) { self.keepsMarks = keepsMarks }

        mutating func take(_ scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .format: return
            case .nonspacingMark, .spacingMark, .enclosingMark:
                if !isMarkDropped { append(String(scalar)) }
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator:
                waitsForSpace = !text.isEmpty
                isMarkDropped = false
            default:
                isMarkDropped = !keepsMarks && KeywordText.dropsMarks(behind: scalar)
                append(KeywordText.folded(scalar))
            }
        }

        private mutating func append(_ folded: String) {
            if waitsForSpace { text.append(" ") }
            waitsForSpace = false
            text += folded
        }
    }

    /// Latin, Greek, Cyrillic, Hebrew and Arabic; in Devanagari, Thai and others a mark is a part of the word.
    private static func dropsMarks(behind scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0xAA...0x24F, 0x250...0x2AF, 0x370...0x52F, 0x590...0x6FF, 0x750...0x77F,
            0x8A0...0x8FF, 0x1E00...0x1FFF, 0x2C60...0x2C7F, 0xA640...0xA69F, 0xA720...0xA7FF, 0xFB00...0xFDFF,
            0xFE70...0xFEFF, 0xFF21...0xFF5A:
            true
        default: false
        }
    }

    private static func folded(_ scalar: Unicode.Scalar) -> String {
        if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
            return String(Int(value))
        }
        switch scalar.value {
        case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0).map { folded($0) } ?? ""
        case 0xDF, 0x1E9E: return "ss"
        case 0x3C2: return "\u{3C3}"
        case 0x27, 0x60, 0xB4, 0x2BC, 0x2018...0x201B, 0x2032: return "'"
        case 0x22, 0xAB, 0xBB, 0x201C...0x201F, 0x2033: return "\""
        case 0x2D, 0x2010...0x2015, 0x2212: return "-"
        default: return scalar.properties.lowercaseMapping
        }
    }
}
