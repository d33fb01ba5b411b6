/// Numbers that count nothing known, numbers in words, words of promise, signs of money alone.
extension ClaimReader {
    private static let ranges: Set<String> = [
        "to", "bis", "a", "ate", "hasta", "до", "or", "oder", "o", "ou", "and", "und", "y", "tot", "do", "ile", "til",
    ]

    /// `2-3 days`, `20 to 30 USD`: the first counts what the second does.
    mutating func inheritUnits(in range: Range<Int>) {
        for index in range where tokens[index].figure != nil && !used.contains(index) && index + 2 < range.upperBound {
            let isJoined =
                tokens[index + 1].isSymbol("-") || tokens[index + 1].isSymbol("~")
                || tokens[index + 1].isWord
                    && Self.ranges.contains(String(decoding: tokens[index + 1].key, as: UTF8.self))
            guard isJoined, used.contains(index + 2), let figure = tokens[index].figure, !figure.readings.isEmpty else {
                continue
            }
            let begin = tokens[index + 2].range.lowerBound
            guard
                let other = claims.last(where: {
                    $0.kind != .link && scalars[begin...].starts(with: $0.text.unicodeScalars.prefix(3))
                }),
                other.kind != .date, other.kind != .phone
            else { continue }
            let values =
                other.kind == .time
                ? figure.readings.compactMap { Decimals.whole($0).map { String($0 % 24 * 60) } } : figure.readings
            add(other.kind, index..<(index + 1), values, units: other.units, period: other.period)
        }
    }

    mutating func readNumber(at index: Int, in range: Range<Int>, speaksOfPrice: Bool) {
        guard let figure = tokens[index].figure, !isOrdinal(index, in: range) else { return }
        let next = index + 1
        let countsWord = next < range.upperBound && (tokens[next].isWord || tokens[next].isRun)
        let isPrice = speaksOfPrice || asksForPrice && !countsWord
        let values = figure.readings.isEmpty ? [text(index..<next)] : figure.readings
        var claim = Claim(
            kind: isPrice ? .money : .number, text: text(index..<(countsWord ? next + 1 : next)), values: values)
        claim.isBare = !countsWord
        claim.isImplied = isPrice
        claims.append(claim)
        used.insert(index)
    }

    /// `1.` or `2)` in front of a point of a list.
    private func isOrdinal(_ index: Int, in range: Range<Int>) -> Bool {
        guard index == range.lowerBound, index + 1 < range.upperBound, tokens[index].range.count <= 2 else {
            return false
        }
        return tokens[index + 1].isSymbol(".") || tokens[index + 1].isSymbol(")")
    }

    mutating func readWords(_ range: Range<Int>, speaksOfPrice: Bool) {
        var index = range.lowerBound
        while index < range.upperBound {
            let end =
                readNumberWords(at: index, in: range, speaksOfPrice: speaksOfPrice) ?? readWord(at: index, in: range)
            index = max(index + 1, end)
        }
    }

    private mutating func readWord(at index: Int, in range: Range<Int>) -> Int {
        if tokens[index].isRun { readRun(index) }
        let entry = entries[index]
        guard !used.contains(index), !tokens[index].isRun, !entry.meanings.contains(.courtesy) else {
            return entry.next
        }
        for meaning in entry.meanings { addWord(meaning, index..<min(entry.next, range.upperBound)) }
        return entry.next
    }

    private mutating func addWord(_ meaning: Meaning, _ range: Range<Int>) {
        switch meaning {
        case .promise(let subject): addPromise(subject, range)
        case .weekday(let day): addDay("w\(day)", range)
        case .relative(let day): addDay(day, range)
        default: break
        }
    }

    private mutating func readRun(_ index: Int) {
        for hit in entries.hits[index] ?? [] {
            let start = tokens[index].range.lowerBound + hit.offset
            let text = String(scalars[start..<(start + hit.length)])
            for meaning in hit.meanings {
                if case .promise(let subject) = meaning {
                    claims.append(Claim(kind: .promise, text: text, values: [subject]))
                }
                if case .weekday(let day) = meaning, hit.length > 1 {
                    addDay("w\(day)", text, at: start)
                }
                if case .relative(let day) = meaning { addDay(day, text, at: start) }
            }
        }
        for numeral in HanNumerals.measures(in: scalars[tokens[index].range], hits: entries.hits[index] ?? []) {
            claims.append(numeral)
        }
    }

    /// `XIX euros`
    private mutating func readRoman(_ index: Int, in range: Range<Int>) {
        let token = tokens[index]
        guard token.isWord, token.isCapital, token.key.count > 1, index + 1 < range.upperBound,
            token.key.allSatisfy({ "ivxlcdm".utf8.contains($0) })
        else { return }
        let meanings = entries[index + 1].meanings
        let isPercent = meanings.contains(.percent) || tokens[index + 1].isSymbol("%")
        guard isPercent || meanings.currencies(isCapital: true) != nil else { return }
        add(isPercent ? .percent : .money, index..<(index + 2), [text(index..<(index + 1))])
    }

    /// A sign or a code of money, or a sign of percent, with a figure that can't be read: `€ XII`, `🄌$`.
    mutating func readSigns(_ range: Range<Int>) {
        for index in range where !used.contains(index) {
            readRoman(index, in: range)
            let token = tokens[index]
            let isPercent = token.isSymbol("%")
            let isSign: Bool =
                if case .symbol = token.kind { true } else { token.isWord && token.isCapital && token.key.count == 3 }
            guard let codes = isPercent ? [] : entries[index].meanings.currencies(isCapital: token.isCapital),
                isPercent || isSign
            else { continue }
            claims.append(
                Claim(
                    kind: isPercent ? .percent : .money, text: text(index..<(index + 1)), values: [], units: Set(codes))
            )
        }
    }
}
