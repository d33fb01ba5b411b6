/// Numbers in Han numerals in front of money or percent: `五十元`, `八折`, and behind `百分之`.
enum HanNumerals {
    private static let digits: [Unicode.Scalar: Int] = [
        "〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]
    private static let powers: [Unicode.Scalar: Int] = [
        "十": 10, "百": 100, "千": 1000, "万": 10_000, "億": 100_000_000, "亿": 100_000_000,
    ]

    static func measures(
        in run: ArraySlice<Unicode.Scalar>, hits: [(offset: Int, length: Int, meanings: [Meaning])]
    ) -> [Claim] {
        hits.compactMap { hit in
            let start = run.startIndex + hit.offset
            let isPercent = hit.meanings.contains(.percent)
            if isPercent, hit.length > 1 {
                let after = run[(start + hit.length)...].prefix { digits[$0] != nil || powers[$0] != nil }
                if !after.isEmpty {
                    return Claim(
                        kind: .percent, text: String(run[start..<after.endIndex]), values: [String(value(after))])
                }
            }
            var begin = start
            while begin > run.startIndex, start - begin < 12,
                digits[run[begin - 1]] != nil || powers[run[begin - 1]] != nil
            { begin -= 1 }
            guard begin < start else { return nil }
            let text = String(run[begin..<(start + hit.length)])
            let number = String(value(run[begin..<start]))
            if let codes = hit.meanings.currencies(isCapital: false) {
                return Claim(kind: .money, text: text, values: [number], units: Set(codes))
            }
            if hit.meanings.contains(.tenth) {
                return Claim(kind: .percent, text: text, values: [number + "0", "of " + number])
            }
            return isPercent ? Claim(kind: .percent, text: text, values: [number]) : nil
        }
    }

    /// At most sixteen numerals.
    private static func value(_ numerals: ArraySlice<Unicode.Scalar>) -> Int {
        var (total, section, digit) = (0, 0, 0)
        for numeral in numerals.prefix(16) {
            if let value = digits[numeral] {
                digit = (digit * 10 + value) % 1_000_000_000
            } else if let power = powers[numeral], power < 10_000 {
                section += max(digit, 1) % 10_000 * power
                digit = 0
            } else if let power = powers[numeral] {
                total += max(section + digit, 1) % 1_000_000 * power
                (section, digit) = (0, 0)
            }
        }
        return total + section + digit
    }
}
