/// Numbers in words: `twenty dollars`, `fünf Prozent`, `two hours`, `euros nineteen`.
extension ClaimReader {
    private static let joins: Set<String> = ["and", "y", "e", "et", "und", "en", "و", "i", "și"]

    /// Words that are a number only where something is counted with them.
    private static let otherWords: Set<String> = [
        "once", "sei", "six", "ten", "do", "ba", "sete", "acht", "on", "en", "tri", "do", "dua", "neuf", "hai", "bin",
    ]
    /// Digits in words that are read out one by one: a telephone number.
    private static let leastSpelled = 6

    /// One of something is no claim.
    mutating func readNumberWords(at index: Int, in range: Range<Int>, speaksOfPrice: Bool) -> Int? {
        let (numbers, end) = numberWords(from: index, in: range)
        guard !numbers.isEmpty, !used.contains(index) else { return nil }
        if numbers.count >= Self.leastSpelled, numbers.allSatisfy({ $0 < 10 }) {
            add(.phone, index..<end, [numbers.map(String.init).joined()])
            return end
        }
        let value = Self.value(numbers)
        if let counted = addCounted(value, index, end, in: range) { return counted }
        if index > range.lowerBound, !used.contains(index - 1),
            let codes = entries[index - 1].meanings.currencies(isCapital: tokens[index - 1].isCapital)
        {
            return addMoney((index - 1)..<end, [String(value)], codes, in: range) ? end : nil
        }
        let isWord = numbers.count == 1 && Self.otherWords.contains(String(decoding: tokens[index].key, as: UTF8.self))
        guard speaksOfPrice, value > 1, !isWord, !tokens[index].isRun else { return nil }
        add(.money, index..<end, [String(value)])
        claims[claims.count - 1].isImplied = true
        return end
    }

    private func numberWords(from index: Int, in range: Range<Int>) -> (numbers: [Int], end: Int) {
        var (numbers, place, end) = ([Int](), index, index)
        while place < range.upperBound, numbers.count < 16, !tokens[place].isLine {
            if let number = number(at: place)
                ?? (numbers.isEmpty ? nil : entries[place].meanings.scale.flatMap(Self.thousands))
            {
                numbers.append(number)
                end = place + 1
            } else if numbers.isEmpty || place > end || !isJoin(place) {
                break
            }
            place += 1
        }
        return (numbers, end)
    }

    private func isJoin(_ index: Int) -> Bool {
        tokens[index].isSymbol("-") || Self.joins.contains(String(decoding: tokens[index].key, as: UTF8.self))
    }

    /// In a run only when it is all of it: `사` is four, `사람` a person.
    private func number(at index: Int) -> Int? {
        if tokens[index].isRun, entries.hits[index]?.first?.length != tokens[index].range.count { return nil }
        return entries[index].meanings.number
    }

    private mutating func addCounted(_ value: Int, _ start: Int, _ end: Int, in range: Range<Int>) -> Int? {
        for place in end..<min(end + 2, range.upperBound) {
            let meanings = entries[place].meanings
            let whole = start..<entries[place].next
            if tokens[place].isSymbol("%") || meanings.contains(.percent) {
                add(.percent, whole, [String(value)])
            } else if let codes = meanings.currencies(isCapital: tokens[place].isCapital) {
                return addMoney(whole, [String(value)], codes, in: range) ? whole.upperBound : nil
            } else if meanings.contains(.cent) {
                add(.money, whole, [Decimals.shifted(String(value), by: -2)])
            } else if place == end, value > 1, let unit = meanings.unit, tokens[place].key.count > 2 {
                add(Units.isTime(unit) ? .duration : .quantity, whole, [String(value)], units: [unit])
            } else {
                continue
            }
            return whole.upperBound
        }
        return nil
    }

    private static func thousands(_ power: Int) -> Int? {
        switch power {
        case 3: 1000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        case 9: 1_000_000_000
        default: nil
        }
    }

    /// Twenty-one is 20 and 1, three hundred 3 times 100, quatre-vingt 4 times 20.
    private static func value(_ numbers: [Int]) -> Int {
        var (total, current) = (0, 0)
        for number in numbers {
            switch number {
            case 1000...:
                total = (total + max(current, 1) * number) % 1_000_000_000_000
                current = 0
            case 100 where (2...9).contains(current), 20 where current == 4: current *= number
            default: current += number
            }
        }
        return total + current
    }
}
