/// N(t), normalised text, for every "the same word, the same figure" of the gate: compatibility forms and all digits as ASCII, case
/// folded, marks removed where they are no part of the word, nothing invisible, one kind of dash, quotation mark and space
/// (UAX #15, #44, UTS #39 5.4). Line feeds stay.
struct NormalText: Sendable {
    private(set) var scalars: [Unicode.Scalar] = []
    /// Whether what stood here was a capital.
    private(set) var capitals: [Bool] = []
    /// Where in the text each of them stood.
    private(set) var origins: [Int] = []
    /// The text that was read, untouched.
    private(set) var written: [Unicode.Scalar] = []

    /// - Parameter limit: scalars of the text that are read at most.
    init(_ text: some StringProtocol, limit: Int = 20_000) {
        scalars.reserveCapacity(min(text.utf8.count, limit))
        written = Array(text.unicodeScalars.prefix(limit))
        for (index, scalar) in written.enumerated() {
            origin = index
            if scalar.isASCII { addASCII(scalar) } else { addOther(scalar) }
        }
    }

    private var origin = 0

    private mutating func addASCII(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x0A: add(scalar)
        case 0x41...0x5A: add(Unicode.Scalar(UInt8(scalar.value) + 0x20), isCapital: true)
        case 0x60: add("'")
        case 0x09, 0x0B...0x0D, 0x20: add(" ")
        case 0x21...0x7E: add(scalar)
        default: break
        }
    }

    private mutating func addOther(_ scalar: Unicode.Scalar) {
        guard !scalar.isInvisible else { return }
        if scalar.properties.isWhitespace {
            return add(["\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) ? "\n" : " ")
        }
        guard let target = Folding.shared.target(of: scalar) else { return add(scalar) }
        let isCapital = scalar.properties.isUppercase
        for part in target { add(part, isCapital: isCapital) }
    }

    private mutating func add(_ scalar: Unicode.Scalar, isCapital: Bool = false) {
        if !scalar.isASCII, scalar.isRemovableMark, scalars.last?.keepsNoMarks ?? true { return }
        scalars.append(scalar)
        capitals.append(isCapital)
        origins.append(origin)
    }
}

extension NormalText {
    /// Nothing yet of what is read of the same text.
    init(emptyOf other: NormalText) {
        self.init("")
        written = other.written
    }

    /// - Parameter index: of the same text's scalar that it stands for.
    mutating func append(_ scalar: Unicode.Scalar, isCapital: Bool, origin: Int) {
        scalars.append(scalar)
        capitals.append(isCapital)
        origins.append(origin)
    }

    mutating func dropSpaces() {
        while scalars.last == " " {
            scalars.removeLast()
            capitals.removeLast()
            origins.removeLast()
        }
    }

    /// What stands in the text where these scalars came from, with case, marks and forms; less what is invisible behind it.
    func asWritten(_ range: Range<Int>) -> String {
        guard !range.isEmpty else { return "" }
        let end = range.upperBound < origins.count ? origins[range.upperBound] : written.count
        var part = written[origins[range.lowerBound]..<max(end, origins[range.lowerBound])]
        while let last = part.last, last.isInvisible { part.removeLast() }
        return String(part)
    }
}

extension Unicode.Scalar {
    /// Takes no room on a screen: format controls, variation selectors, fillers (UAX #44 Default_Ignorable_Code_Point), and what
    /// looks like nothing.
    fileprivate var isInvisible: Bool {
        properties.isDefaultIgnorableCodePoint || value == 0x2800 || value == 0xFFFC || value == 0xFEFF
            || properties.generalCategory == .control && !properties.isWhitespace
            || properties.generalCategory == .format
    }

    fileprivate var isRemovableMark: Bool {
        let category = properties.generalCategory
        return category == .nonspacingMark || category == .enclosingMark
    }

    /// Marks after it say how it is pronounced or struck out, not which letter it is: Latin, Greek, Cyrillic, Hebrew, Arabic.
    /// The same ranges as in `infra/data/compile.py`.
    fileprivate var keepsNoMarks: Bool {
        switch value {
        case 0x0A, 0x20...0x2AF, 0x370...0x52F, 0x590...0x77F, 0x8A0...0x8FF, 0x1C80...0x1C8F, 0x1E00...0x1FFF,
            0x2C60...0x2C7F, 0xA640...0xA69F, 0xA720...0xA7FF, 0xFB1D...0xFEFC:
            true
        default: false
        }
    }

    var isDigit: Bool { (0x30...0x39).contains(value) }
    var isASCIILetter: Bool { (0x61...0x7A).contains(value) }

    var isLetter: Bool {
        if isASCII { return isASCIILetter }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .letterNumber:
            return true
        default: return false
        }
    }

    /// Of a script without borders between words: Thai, Lao, Myanmar, Khmer, Kana, Han, Hangul beside figures.
    var isBorderless: Bool {
        switch value {
        case 0xE00...0xEFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3041...0x30FF, 0x3400...0x9FFF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
