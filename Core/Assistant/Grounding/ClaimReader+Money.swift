/// Money: its small change, and for how long it is paid.
extension ClaimReader {
    mutating func addMoney(_ range: Range<Int>, _ readings: [String], _ codes: [String], in sentence: Range<Int>)
        -> Bool
    {
        var values = readings
        var end = range.upperBound
        if let change = change(at: end, in: sentence) {
            values = readings.map { $0.contains(".") ? $0 : Decimals.value($0, change.digits) }
            end = change.end
        }
        add(.money, range.lowerBound..<end, values, units: Set(codes), period: period(at: end, in: sentence))
        return true
    }

    private static let changes: Set<String> = ["and", "und", "y", "e", "et", "con", "com", "with", "en", "i", "и"]

    /// `15 dollar 50`, `15 dollars and 50 cents`
    private func change(at index: Int, in range: Range<Int>) -> (digits: String, end: Int)? {
        var place = index
        if place < range.upperBound, tokens[place].isWord,
            Self.changes.contains(String(decoding: tokens[place].key, as: UTF8.self))
        {
            place += 1
        }
        guard place < range.upperBound, let figure = tokens[place].figure, figure.isPlain, figure.groups[0].count <= 2
        else { return nil }
        let digits = String(repeating: "0", count: 2 - figure.groups[0].count) + figure.groups[0]
        let isCent = entries[place + 1].meanings.contains(.cent) && place + 1 < range.upperBound
        if isCent { return (digits, place + 2) }
        // What is counted otherwise is no small change.
        let isLast =
            place + 1 >= range.upperBound
            || !tokens[place + 1].isWord && tokens[place + 1].figure == nil && !tokens[place + 1].isSymbol("%")
        let isWritten = place > index || tokens[place - 1].isWord
        return isWritten && isLast && figure.groups[0].count == 2 ? (digits, place + 1) : nil
    }

    /// `per month`, `/mo`, `a month`, `al mes`, `monthly`
    private func period(at index: Int, in range: Range<Int>) -> String? {
        guard index < range.upperBound else { return nil }
        if let period = entries[index].meanings.period { return period }
        var place = index
        if tokens[place].isSymbol("/") || entries[place].meanings.contains(.per) {
            place += 1
        } else {
            return runPeriod(index)
        }
        // `por la noche`
        if place < range.upperBound, tokens[place].isWord, tokens[place].key.count <= 3,
            entries[place].meanings.unit == nil
        {
            place += 1
        }
        guard place < range.upperBound else { return nil }
        return entries[place].meanings.period ?? entries[place].meanings.unit.flatMap { Units.isTime($0) ? $0 : nil }
    }

    /// Behind the name of money in the same run: `29元每月`
    private func runPeriod(_ index: Int) -> String? {
        for meanings in hits(index) {
            if let period = meanings.period { return period }
        }
        return nil
    }
}
