/// Numbers with what they count: money, percent, durations, quantities.
extension ClaimReader {
    /// A number with a unit before or behind it.
    mutating func readMeasure(at index: Int, in range: Range<Int>) -> Bool {
        guard let figure = tokens[index].figure else { return false }
        var readings = figure.readings
        var next = index + 1
        var start = index
        if let fraction = fraction(at: index, in: range) {
            readings = [fraction.value]
            next = fraction.next
        }
        joinSpaced(&start, &readings, in: range)
        let before = currency(before: start, in: range)
        while let (power, end) = scale(at: next, in: range, isMoney: before != nil) {
            readings = readings.map { Decimals.shifted($0, by: power) }
            // Inside a run the name of what is counted may follow.
            guard end > next else { break }
            next = end
        }
        guard let unit = measure(at: next, in: range) else {
            if let before { return addMoney(before.start..<next, readings, before.codes, in: range) }
            if isPercent(before: start, in: range) {
                add(.percent, (start - 1)..<next, readings)
                return true
            }
            return false
        }
        return add(unit, before, start..<next, readings, in: range)
    }

    /// What is counted, and the token behind its name.
    private struct Measure {
        var meanings: [Meaning]
        var codes: [String]?
        /// Of `MEUR` and of `USD million`.
        var power = 0
        var end: Int
    }

    private mutating func add(
        _ unit: Measure, _ before: (codes: [String], start: Int)?, _ range: Range<Int>, _ readings: [String],
        in sentence: Range<Int>
    ) -> Bool {
        let whole = range.lowerBound..<unit.end
        if let before, unit.codes != nil, unit.end < sentence.upperBound, tokens[unit.end].figure != nil {
            // `rmb 10 usd 20`
            return addMoney(before.start..<range.upperBound, readings, before.codes, in: sentence)
        }
        if let codes = unit.codes {
            let readings = readings.map { Decimals.shifted($0, by: unit.power) }
            let both = before.map { Set($0.codes).intersection(codes) } ?? []
            let known = both.isEmpty ? codes + (before?.codes ?? []) : Array(both)
            return addMoney((before?.start ?? range.lowerBound)..<unit.end, readings, known, in: sentence)
        }
        if let before, !unit.meanings.contains(.percent) {
            return addMoney(before.start..<range.upperBound, readings, before.codes, in: sentence)
        }
        if unit.meanings.contains(.percent) {
            add(.percent, whole, readings)
        } else if unit.meanings.contains(.tenth) {
            add(.percent, whole, readings.map { Decimals.shifted($0, by: 1) } + readings.map { "of \($0)" })
        } else if unit.meanings.contains(.cent), unit.meanings.unit == nil {
            // `分` alone are minutes; behind money it is small change (`change`).
            add(.money, whole, readings.map { Decimals.shifted($0, by: -2) })
        } else if let name = unit.meanings.unit {
            let kind: Claim.Kind = Units.isTime(name) ? .duration : .quantity
            add(
                kind, whole, readings,
                units: Set(unit.meanings.compactMap { if case .unit(let unit) = $0 { unit } else { nil } }))
        } else {
            return false
        }
        return true
    }

    // MARK: Around a number

    /// `3/4`, `1⁄2`
    private func fraction(at index: Int, in range: Range<Int>) -> (value: String, next: Int)? {
        guard index + 2 < range.upperBound, tokens[index + 1].isSymbol("/") || tokens[index + 1].isSymbol("\u{2044}"),
            let above = tokens[index].figure, let below = tokens[index + 2].figure, above.isPlain, below.isPlain,
            !tokens[index + 1].spaceBefore, !tokens[index + 2].spaceBefore
        else { return nil }
        let value = Decimals.quotient(above.groups[0], below.groups[0]) ?? "\(above.groups[0])/\(below.groups[0])"
        return (value, index + 3)
    }

    /// `1 9 USD` and `6 . 2 %`: digits that only spaces part are one number to whoever reads them.
    private mutating func joinSpaced(_ start: inout Int, _ readings: inout [String], in range: Range<Int>) {
        guard let last = tokens[start].figure, last.isPlain else { return }
        var digits = last.groups[0]
        var places: Int?
        var index = start
        let isSingle = { (token: ClaimToken) in token.figure.map { $0.isPlain && $0.groups[0].count == 1 } ?? false }
        while index > range.lowerBound, digits.count < Decimals.longest {
            let before = tokens[index - 1]
            if isSingle(before), isSingle(tokens[index]) || places != nil {
                digits = (before.figure?.groups[0] ?? "") + digits
                index -= 1
            } else if before.isSymbol("."), places == nil, before.spaceBefore, tokens[index].spaceBefore,
                index - 2 >= range.lowerBound, let whole = tokens[index - 2].figure, whole.isPlain
            {
                places = digits.count
                digits = whole.groups[0] + digits
                index -= 2
            } else {
                break
            }
        }
        guard index < start else { return }
        used.formUnion(index..<start)
        start = index
        readings = [Decimals.value(digits.dropLast(places ?? 0), digits.suffix(places ?? 0))]
    }

    /// `$`, `US$`, `EUR` in front of a number.
    private func currency(before index: Int, in range: Range<Int>) -> (codes: [String], start: Int)? {
        var last = index - 1
        while last >= range.lowerBound,
            ["-", "+", ":", "~"].contains(where: { tokens[last].isSymbol($0) }) || isRsDot(last)
        { last -= 1 }
        guard last >= range.lowerBound, !used.contains(last) else { return nil }
        // `c $ 16`, `usd$ 15`
        for start in [last - 2, last - 1]
        where start >= range.lowerBound && !used.contains(start) && entries[start].next == last + 1 {
            if let codes = entries[start].meanings.currencies(isCapital: true) { return (codes, start) }
        }
        let token = tokens[last]
        if let codes = entries[last].meanings.currencies(isCapital: token.isCapital), entries[last].next == last + 1,
            !token.isWord || !Self.wordsBehind.contains(String(decoding: token.key, as: UTF8.self))
        {
            return (codes, last)
        }
        if let hit = entries.hits[last]?.last, hit.offset + hit.length == token.range.count,
            let codes = hit.meanings.currencies(isCapital: true)
        {
            return (codes, last)
        }
        return nil
    }

    /// The dot of `Rs. 500`.
    private func isRsDot(_ index: Int) -> Bool {
        tokens[index].isSymbol(".") && !tokens[index].spaceBefore && index > 0
            && entries[index - 1].meanings.currencies(isCapital: true) != nil
    }

    /// Names of money that are other words in front of a number: `won 3 prizes`.
    private static let wordsBehind: Set<String> = [
        "won", "real", "reals", "mark", "marks", "sol", "sole", "soles", "colon", "sen", "dong", "pound", "pounds",
        "rand", "dh", "lei",
        "som", "lev", "leu", "mil", "dram", "cent", "cents", "franc", "do", "bin",
    ]

    private func isPercent(before index: Int, in range: Range<Int>) -> Bool {
        guard index - 1 >= range.lowerBound, !used.contains(index - 1) else { return false }
        return entries[index - 1].meanings.contains(.percent) || tokens[index - 1].isSymbol("%")
            || entries.hits[index - 1]?.last?.meanings.contains(.percent) == true
    }

    private func scale(at index: Int, in range: Range<Int>, isMoney: Bool) -> (power: Int, end: Int)? {
        guard index < range.upperBound, let power = entries[index].meanings.scale else { return nil }
        let token = tokens[index]
        // `5k`, `$5m`; `5 m` are metres.
        let isLetter = token.isWord && token.key.count == 1
        guard !isLetter || !token.spaceBefore && (isMoney || entries[index].meanings.unit == nil) else { return nil }
        if token.isRun, let hit = entries.hits[index]?.first, hit.length < token.range.count { return (power, index) }
        return (power, entries[index].next)
    }

    /// The name behind a number; of money also behind one or two more words: `16 canadian dollars`.
    private func measure(at index: Int, in range: Range<Int>) -> Measure? {
        var place = index
        if place < range.upperBound, tokens[place].isSymbol("-"), !tokens[place].spaceBefore { place += 1 }
        guard place < range.upperBound else { return nil }
        if tokens[place].isSymbol("%") { return Measure(meanings: [.percent], end: place + 1) }
        let meanings = behindScale(place)
        if let codes = meanings.currencies(isCapital: tokens[place].isCapital) {
            return scaled(Measure(meanings: meanings, codes: codes, end: entries[place].next), in: range)
        }
        if let codes = codeOfMillions(place) { return Measure(meanings: [], codes: codes, power: 6, end: place + 1) }
        let isFar =
            tokens[place].spaceBefore && tokens[place].isWord && tokens[place].key.count == 1
            && !["g", "l", "m", "h"].contains(String(decoding: tokens[place].key, as: UTF8.self))
        let isMeasure = meanings.contains { meaning in
            switch meaning {
            case .percent, .cent, .tenth: true
            case .unit: !isFar
            default: false
            }
        }
        if isMeasure { return Measure(meanings: meanings, end: entries[place].next) }
        return money(near: place, in: range)
    }

    /// `75 USD million`
    private func scaled(_ measure: Measure, in range: Range<Int>) -> Measure {
        guard let (power, end) = scale(at: measure.end, in: range, isMoney: true), end > measure.end else {
            return measure
        }
        var measure = measure
        (measure.power, measure.end) = (power, end)
        return measure
    }

    /// `120 MEUR`
    private func codeOfMillions(_ index: Int) -> [String]? {
        let token = tokens[index]
        guard token.isWord, token.isCapital, token.key.count == 4, token.key[0] == UInt8(ascii: "m") else { return nil }
        return ClaimLexicon.find(Array(token.key.dropFirst())).meanings.currencies(isCapital: true)
    }

    /// In a run, behind the word for ten thousand.
    private func behindScale(_ index: Int) -> [Meaning] {
        guard let hits = entries.hits[index], let first = hits.first, first.offset == 0, first.meanings.scale != nil,
            hits.count > 1,
            hits[1].offset == first.length
        else { return entries[index].meanings }
        return hits[1].meanings
    }

    private func money(near index: Int, in range: Range<Int>) -> Measure? {
        for place in index..<min(index + 3, range.upperBound) {
            guard tokens[place].isWord else { return nil }
            let meanings = entries[place].meanings + stem(place)
            let isMoney = place > index || !tokens[place].isCapital
            if isMoney, let codes = meanings.currencies(isCapital: tokens[place].isCapital) {
                return Measure(meanings: meanings, codes: codes, end: max(place + 1, entries[place].next))
            }
            if place > index, meanings.contains(.percent) { return Measure(meanings: meanings, end: place + 1) }
        }
        return nil
    }

    /// A name of money with an ending: `euroya`, `dolarlık`.
    private func stem(_ index: Int) -> [Meaning] {
        guard entries[index].meanings.isEmpty else { return [] }
        let word = scalars[tokens[index].range]
        for ending in 1...4 where word.count - ending >= 4 {
            let meanings = ClaimLexicon.find(Array(String(word.dropLast(ending)).utf8)).meanings
            if meanings.currencies(isCapital: false) != nil || meanings.contains(.percent) { return meanings }
        }
        return []
    }
}

enum Units {
    private static let scales: [String: (base: String, size: Int)] = [
        "minute": ("minute", 1), "hour": ("minute", 60), "day": ("minute", 1440), "week": ("minute", 10_080),
        "month": ("month", 1), "year": ("month", 12), "kg": ("g", 1000), "g": ("g", 1), "km": ("mm", 1_000_000),
        "m": ("mm", 1000),
        "cm": ("mm", 10), "mm": ("mm", 1), "l": ("ml", 1000), "ml": ("ml", 1), "gb": ("gb", 1), "mb": ("mb", 1),
    ]

    static func isTime(_ unit: String) -> Bool { ["minute", "month"].contains(scales[unit]?.base) }

    /// The same amount in its base unit: a week is seven days.
    static func based(_ value: String, _ unit: String) -> String {
        let parts = value.split(separator: ".", maxSplits: 1)
        let places = parts.count > 1 ? parts[1].count : 0
        guard let scale = scales[unit], let whole = Decimals.whole(parts.joined()) else { return "\(value) \(unit)" }
        let (amount, isTooLarge) = whole.multipliedReportingOverflow(by: scale.size)
        return isTooLarge ? "\(value) \(unit)" : "\(Decimals.shifted(String(amount), by: -places)) \(scale.base)"
    }
}
