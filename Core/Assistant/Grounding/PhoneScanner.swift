/// Finds telephone numbers in normalised text, however their digits are grouped.
struct PhoneScanner {
    let scalars: [Unicode.Scalar]
    private(set) var claims: [Claim] = []
    private(set) var taken: [Bool]

    /// Digits of a number with its country (E.164: 15), without it, and of one that is written without any sign.
    private static let mostDigits = 17
    private static let leastDigits = 7
    private static let leastPlainDigits = 9

    init(_ scalars: [Unicode.Scalar], taken: [Bool]) {
        self.scalars = scalars
        self.taken = taken
        var index = 0
        while index < scalars.count {
            index = max(index + 1, begins(at: index) ? add(at: index) : 0)
        }
    }

    private func begins(at index: Int) -> Bool {
        guard !taken[index] else { return false }
        if scalars[index] == "+" || scalars[index] == "(" {
            return index + 1 < scalars.count && (scalars[index + 1].isDigit || scalars[index + 1] == "(")
        }
        return scalars[index].isDigit && (index == 0 || !scalars[index - 1].isDigit)
    }

    /// - Returns: where the text goes on that this says nothing of.
    private mutating func add(at start: Int) -> Int {
        let run = run(from: start)
        let text = scalars[run]
        let digits = text.filter(\.isDigit)
        guard (Self.leastDigits...Self.mostDigits).contains(digits.count) else {
            return digits.count < Self.leastDigits ? run.upperBound : start
        }
        if let date = dateEnd(in: text) { return date }
        guard isPhone(text, digits: digits.count) else { return run.upperBound }
        let number = String(text).replacing("(0)", with: "").unicodeScalars.filter { $0.isDigit || $0 == "+" }
        claims.append(Claim(kind: .phone, text: String(text), values: [String(number)]))
        for index in run { taken[index] = true }
        return run.upperBound
    }

    /// Digits and what may stand between those of one number; ends with a digit.
    private func run(from start: Int) -> Range<Int> {
        var end = start
        var index = start
        while index < scalars.count, index - start < 40, !taken[index] {
            let scalar = scalars[index]
            if scalar.isDigit {
                end = index + 1
            } else if !" -().+/".unicodeScalars.contains(scalar) || index > end + 2 {
                break
            } else if scalar == "+" && index > start + 1 || endsSentence(at: index) {
                break
            }
            index += 1
        }
        return start..<max(end, start)
    }

    /// `order 12345. 30 minutes`
    private func endsSentence(at index: Int) -> Bool {
        scalars[index] == "." && index + 1 < scalars.count && scalars[index + 1] == " "
    }

    private func isPhone(_ text: ArraySlice<Unicode.Scalar>, digits: Int) -> Bool {
        if text.first == "+" { return true }
        let groups = text.split { !$0.isDigit }.map(\.count)
        let signs = Set(text.filter { !$0.isDigit })
        if groups.count == 1 { return digits >= Self.leastPlainDigits && !isCounted(text) && !isOrder(text) }
        if isYears(text) || isTimes(text) || isDays(text) || isCounted(text) && isFigure(text) { return false }
        // `1 299 000` is money where money stands beside it; with dots it is a number anyway.
        let isGrouped = (1...3).contains(groups[0]) && groups.dropFirst().allSatisfy { $0 == 3 } && signs.count == 1
        return !(isGrouped && (signs == ["."] || isCounted(text)))
    }

    /// `12 345.60`
    private func isFigure(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard text.first?.isDigit == true else { return false }
        let figure = FigureReader(scalars: scalars).figure(at: text.startIndex)
        return figure.end == text.endIndex && !figure.readings.isEmpty
    }

    /// `2024-2025`
    private func isYears(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let groups = text.split { !$0.isDigit }.map { String($0) }
        return groups.count == 2 && groups.allSatisfy { $0.count == 4 && ($0.hasPrefix("19") || $0.hasPrefix("20")) }
    }

    /// `9.00-17.00`
    private func isTimes(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let parts = text.split { $0 == "-" || $0 == " " || $0 == "/" }
        return text.contains("-")
            && parts.allSatisfy { part in
                let numbers = part.split(separator: ".").compactMap { Int(String($0)) }
                return numbers.count == 2 && numbers[0] <= 24 && numbers[1] < 60
                    || numbers.count == 1 && numbers[0] <= 24
            }
    }

    /// `24.12.-26.12.`
    private func isDays(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let parts = text.split { $0 == "-" || $0 == " " }
        return text.contains("-") && parts.count == 2
            && parts.allSatisfy { part in
                let numbers = part.split(separator: ".").compactMap { Int(String($0)) }
                return numbers.count == 2 && (1...31).contains(numbers[0]) && (1...12).contains(numbers[1])
            }
    }

    /// `2026-12-24`, `24.12.2026`, `24/12/2026` at the beginning.
    private func dateEnd(in text: ArraySlice<Unicode.Scalar>) -> Int? {
        var index = text.startIndex
        var groups: [Int] = []
        var signs: Set<Unicode.Scalar> = []
        while index < text.endIndex, groups.count < 3 {
            let digits = text[index...].prefix { $0.isDigit }
            guard !digits.isEmpty else { return nil }
            groups.append(digits.count)
            index = digits.endIndex
            if groups.count < 3, index < text.endIndex {
                signs.insert(text[index])
                index += 1
            }
        }
        guard groups.count == 3, signs.count == 1, signs.isSubset(of: ["-", ".", "/"]) else { return nil }
        let isDate =
            groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2 || groups[2] == 4 && groups[0] <= 2 && groups[1] <= 2
        return isDate ? index : nil
    }

    /// Money or a unit stands beside it.
    private func isCounted(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let before = scalars[..<text.startIndex].suffix(12).reversed().drop { $0 == " " }
        let after = scalars[text.endIndex...].prefix(40).drop { $0 == " " }
        if before.first?.properties.generalCategory == .currencySymbol { return true }
        if let sign = after.first, sign == "%" || sign.properties.generalCategory == .currencySymbol { return true }
        let front = String(before.prefix { $0.isLetter }.reversed())
        return isMeasure(front)
            || after.split(separator: " ").prefix(2).contains { isMeasure(String($0.prefix { $0.isLetter })) }
    }

    /// `Your order 123456789`, `booking no. 123456789`: the number of something that the customer has.
    private func isOrder(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        scalars[..<text.startIndex].suffix(30).split { !$0.isLetter }.suffix(2).contains { word in
            ClaimLexicon.find(Array(String(word).utf8)).meanings.contains(.order)
        }
    }

    private func isMeasure(_ word: String) -> Bool {
        ClaimLexicon.find(Array(word.utf8)).meanings.contains { meaning in
            switch meaning {
            case .currency, .code, .scale, .unit, .percent, .cent: true
            default: false
            }
        }
    }
}
