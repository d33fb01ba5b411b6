/// A number as it stands in a text, and what it may mean.
struct Figure: Sendable, Equatable {
    /// The likeliest first: `1,299.00` is 1299; `9,5` is 9.5; `1.299` may be 1299 or 1.299.
    var readings: [String]
    /// Groups of digits as they stand, and the signs between them.
    var groups: [String]
    var signs: [Unicode.Scalar]
    var end: Int

    var isPlain: Bool { signs.isEmpty }
}

/// Reads numbers in all notations: `1,299.50`, `1.299,50`, `1 299,50`, `1'299.50`, `1,00,000`, `٧٫٥٠`.
struct FigureReader {
    let scalars: [Unicode.Scalar]

    private static let point: Unicode.Scalar = "\u{66B}"

    /// The number that begins at a digit, or at a sign before the digits of a fraction.
    func figure(at start: Int) -> Figure {
        var (groups, signs) = ([String](), [Unicode.Scalar]())
        var index = start
        if !scalars[start].isDigit {
            groups.append("")
            signs.append(scalars[start])
            index += 1
        }
        while true {
            let digits = digits(from: index)
            groups.append(digits)
            index += digits.unicodeScalars.count
            guard let sign = sign(at: index, after: groups, signs) else { break }
            signs.append(sign)
            index += 1
        }
        return Figure(readings: Self.readings(groups, signs), groups: groups, signs: signs, end: index)
    }

    private func digits(from start: Int) -> String {
        var digits = String.UnicodeScalarView()
        var index = start
        while index < scalars.count, scalars[index].isDigit {
            digits.append(scalars[index])
            index += 1
        }
        return String(digits)
    }

    /// The sign at `index`, if the number goes on behind it.
    private func sign(at index: Int, after groups: [String], _ signs: [Unicode.Scalar]) -> Unicode.Scalar? {
        guard index + 1 < scalars.count, scalars[index + 1].isDigit, signs.count < 12 else { return nil }
        switch scalars[index] {
        case ".", ",", "\u{66B}", "\u{66C}", "\u{B7}", "\u{3002}", "\u{60C}", "\u{3001}": return scalars[index]
        case " ", "'", "_":
            // A thin space or an apostrophe parts groups of three, and nothing else.
            let next = digits(from: index + 1)
            let isFirst = signs.isEmpty && groups[0].count <= 3 && groups[0] != "0"
            let goesOn = signs.last == scalars[index] && groups.last?.count == 3
            return next.count == 3 && (isFirst || goesOn) ? scalars[index] : nil
        default: return nil
        }
    }

    private static func readings(_ groups: [String], _ signs: [Unicode.Scalar]) -> [String] {
        guard groups.reduce(0, { $0 + $1.count }) <= Decimals.longest else { return [groups.joined()] }
        guard let last = signs.last, let fraction = groups.last else { return [Decimals.value(groups.joined())] }
        let whole = Decimals.value(groups.joined())
        let decimal = Decimals.value(groups.dropLast().joined(), fraction)
        if [" ", "'", "_", "\u{66C}"].contains(last) { return [whole] }
        if last == point || groups[0].isEmpty { return [decimal] }
        let isGrouped = groups.dropFirst().dropLast().allSatisfy { (2...3).contains($0.count) }
        if signs.count > 1, Set(signs).count == 1 {
            // `1,00,000`; a date or a version has other groups.
            return isGrouped && fraction.count == 3 ? [whole] : []
        }
        guard isGrouped else { return [] }
        return fraction.count == 3 && signs.count == 1 && groups[0].count <= 3 && groups[0] != "0"
            ? [whole, decimal] : [decimal]
    }
}
