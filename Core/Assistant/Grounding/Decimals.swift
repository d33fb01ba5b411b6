/// Exact decimal values as canonical text: `1299`, `9.5`, `0.05`. Never floating point (semantics 0).
enum Decimals {
    /// Digits of a value; a longer one is no amount of anything.
    static let longest = 28

    /// - Parameters: digits before and after the decimal sign.
    static func value(_ whole: some StringProtocol) -> String { value(whole, "") }

    static func value(_ whole: some StringProtocol, _ fraction: some StringProtocol) -> String {
        let leading = whole.drop { $0 == "0" }
        var trailing = String(fraction)
        while trailing.last == "0" { trailing.removeLast() }
        let head = leading.isEmpty ? "0" : String(leading)
        return trailing.isEmpty ? head : "\(head).\(trailing)"
    }

    /// Times ten to this power, -28...28.
    static func shifted(_ value: String, by power: Int) -> String {
        let parts = value.split(separator: ".", maxSplits: 1)
        let whole = parts.first.map(String.init) ?? "0"
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let places = min(abs(power), longest)
        if power >= 0 {
            let padded = fraction + String(repeating: "0", count: max(0, places - fraction.count))
            return Self.value(whole + padded.prefix(places), padded.dropFirst(places))
        }
        let padded = String(repeating: "0", count: max(0, places + 1 - whole.count)) + whole
        return Self.value(padded.dropLast(places), padded.suffix(places) + fraction)
    }

    /// `nil` when it isn't whole or too large to count with.
    static func whole(_ value: String) -> Int? { value.count <= 12 ? Int(value) : nil }

    /// A fraction as a decimal value, if it is one of at most six places.
    static func quotient(_ numerator: String, _ denominator: String) -> String? {
        guard let above = whole(numerator), let below = whole(denominator), below > 0, above < 1_000_000 else {
            return nil
        }
        let (millionths, rest) = (above * 1_000_000).quotientAndRemainder(dividingBy: below)
        return rest == 0 ? shifted(String(millionths), by: -6) : nil
    }
}
