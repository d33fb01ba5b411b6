/// A number with what belongs to it, written with spaces: `7 000 000 ₫`, `USD 29`, `+1 555 123 4567`, `10 %`.
enum Figure {
    /// - Parameter index: of a single space.
    static func goesOn(across index: Int, of characters: [Character]) -> Bool {
        guard index > 0, index + 1 < characters.count else { return false }
        let (left, right) = (characters[index - 1], characters[index + 1])
        if left.isDigit { return right.isDigit || right.isUnitSign || startsCode(at: index + 1, of: characters) }
        guard right.isDigit else { return false }
        return left.isUnitSign || ")".contains(left) && isArea(endingAt: index - 1, of: characters)
            || endsCode(at: index, of: characters)
    }

    /// `(555)`: of a phone number.
    private static func isArea(endingAt index: Int, of characters: [Character]) -> Bool {
        let digits = characters[..<index].suffix(5).reversed().prefix { $0.isDigit }.count
        return digits > 0 && index - digits > 0 && characters[index - digits - 1] == "("
    }

    /// Three capitals and no more, as ISO 4217 has currencies.
    private static func startsCode(at index: Int, of characters: [Character]) -> Bool {
        characters[index...].prefix(4).prefix { $0.isUppercase }.count == 3
    }

    private static func endsCode(at index: Int, of characters: [Character]) -> Bool {
        characters[..<index].suffix(4).reversed().prefix { $0.isUppercase }.count == 3
    }
}

extension Character {
    /// Of any script. Not `isNumber`, which holds for ideographs of numbers too.
    var isDigit: Bool { unicodeScalars.first?.properties.generalCategory == .decimalNumber }

    fileprivate var isUnitSign: Bool { isCurrencySymbol || "%‰٪°".contains(self) }
}
