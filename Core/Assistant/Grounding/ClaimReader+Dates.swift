/// Dates and times of day.
extension ClaimReader {
    mutating func readDate(at index: Int) -> Bool {
        guard let figure = tokens[index].figure else { return false }
        if let date = dotted(figure) ?? parted(index) ?? named(index) ?? han(index) {
            add(.date, index..<max(index + 1, date.end ?? index + 1), date.values, units: date.year.map { [$0] } ?? [])
            if let start = date.start { used.insert(start) }
            return true
        }
        return false
    }

    struct Day {
        /// `12-24`; two when day and month may be either.
        var values: [String]
        var year: String?
        var start: Int?
        var end: Int?
    }

    func day(_ first: String, _ second: String, year: String?, isMonthFirst: Bool = false, end: Int? = nil)
        -> Day?
    {
        guard first.count <= 2, second.count <= 2, let one = Int(first), let two = Int(second) else { return nil }
        var values: [String] = []
        if (1...31).contains(one), (1...12).contains(two), !isMonthFirst { values.append("\(two)-\(one)") }
        if (1...31).contains(two), (1...12).contains(one) { values.append("\(one)-\(two)") }
        let century = year.map { $0.count == 2 ? "20" + $0 : $0 }
        return values.isEmpty ? nil : Day(values: values, year: century, end: end)
    }

    /// `24.12.2026`
    private func dotted(_ figure: Figure) -> Day? {
        guard figure.groups.count == 3, figure.signs == [".", "."] else { return nil }
        return [2, 4].contains(figure.groups[2].count)
            ? day(figure.groups[0], figure.groups[1], year: figure.groups[2]) : nil
    }

    /// `2026-12-24`, `24/12/2026`, `24/12`
    private func parted(_ index: Int) -> Day? {
        guard let sign = [Unicode.Scalar("-"), "/"].first(where: { isJoined(index + 1, by: $0) }),
            let first = plain(index), let second = plain(index + 2)
        else { return nil }
        let third = isJoined(index + 3, by: sign) ? plain(index + 4) : nil
        if first.count == 4, let third { return day(second, third, year: first, isMonthFirst: true, end: index + 5) }
        if let third, [2, 4].contains(third.count) { return day(first, second, year: third, end: index + 5) }
        let isCounted =
            index + 3 < tokens.count
            && (tokens[index + 3].isSymbol("%") || entries[index + 3].meanings.contains(.percent))
        let isFraction = Decimals.quotient(first, second).map { $0.hasPrefix("0.") } == true
        guard sign == "/", !isCounted, !isFraction || isDayAhead(index) else {
            return nil
        }
        return day(first, second, year: nil, end: index + 3)
    }

    func plain(_ index: Int) -> String? {
        guard index < tokens.count, let figure = tokens[index].figure, figure.isPlain else { return nil }
        return figure.groups[0]
    }

    func isJoined(_ index: Int, by sign: Unicode.Scalar) -> Bool {
        guard index + 1 < tokens.count, tokens[index].isSymbol(sign) else { return false }
        return !tokens[index].spaceBefore && !tokens[index + 1].spaceBefore && tokens[index + 1].figure != nil
    }

    /// Names of months that are other words where they are written small: `3 may enter`, `2 out of 5`, `2 des 3`.
    private static let otherWords: Set<String> = ["may", "out", "des", "set", "mar"]

    private func isOtherWord(_ month: Int, behind number: Int) -> Bool {
        guard isWord(month, in: Self.otherWords), !tokens[month].isTitled else { return false }
        if isWord(month, in: ["out"]), isWord(month + 1, in: ["of"]) { return true }
        return month == number + 1 && !isDayAhead(number)
    }

    private static let between: Set<String> = [
        "st", "nd", "rd", "th", "de", "of", "do", "del", "di", "o", "er", "en", "ta", "lea",
    ]

    /// `24 December 2026`, `December 24th`, `24 de diciembre`
    private func named(_ index: Int) -> Day? {
        guard let number = plain(index), number.count <= 2, let day = Int(number), (1...31).contains(day) else {
            return nil
        }
        var next = index + 1
        while next < tokens.count, next < index + 4, tokens[next].isSymbol(".") || isWord(next, in: Self.between) {
            next += 1
        }
        if next < tokens.count, let month = entries[next].meanings.month, !tokens[next].isLine,
            !isOtherWord(next, behind: index)
        {
            let year = plain(next + 1) ?? (isWord(next + 1, in: Self.between) ? plain(next + 2) : nil)
            let hasYear = year?.count == 4
            return Day(
                values: ["\(month)-\(day)"], year: hasYear ? year : nil,
                end: next + (hasYear ? (plain(next + 1) == nil ? 3 : 2) : 1))
        }
        var before = index - 1
        if before >= 0, tokens[before].isSymbol(".") { before -= 1 }
        guard before >= 0, let month = entries[before].meanings.month, tokens[before].isWord,
            !isWord(before, in: Self.otherWords) || tokens[before].isTitled || isDayAhead(before)
        else { return nil }
        var after = index + 1
        while after < tokens.count, after < index + 3, tokens[after].isSymbol(",") || isWord(after, in: Self.between) {
            after += 1
        }
        let year = plain(after).flatMap { $0.count == 4 ? $0 : nil }
        return Day(values: ["\(month)-\(day)"], year: year, start: before, end: year == nil ? nil : after + 1)
    }

    func isWord(_ index: Int, in words: Set<String>) -> Bool {
        tokens.indices.contains(index) && tokens[index].isWord
            && words.contains(String(decoding: tokens[index].key, as: UTF8.self))
    }

    /// `12月24日`, `12월 24일`
    private func han(_ index: Int) -> Day? {
        guard let month = plain(index), index + 2 < tokens.count, tokens[index + 1].isRun,
            let sign = scalars[tokens[index + 1].range].first, ["月", "월", "월"].contains(sign),
            let number = plain(index + 2)
        else { return nil }
        return day(month, number, year: nil, isMonthFirst: true, end: index + 3)
    }

    // MARK: Times

    /// `9:00`, `9h30`, `9 am`, `9 Uhr`, `9.30 Uhr`, `9点`
    mutating func readTime(at index: Int) -> Bool {
        guard let figure = tokens[index].figure, figure.groups.count <= 2, let hour = Int(figure.groups[0]),
            (0...24).contains(hour)
        else { return false }
        var minute = 0
        var next = index + 1
        var isClock = false
        if figure.groups.count == 2 {
            guard figure.signs == ["."], figure.groups[1].count == 2, let minutes = Int(figure.groups[1]), minutes < 60
            else { return false }
            minute = minutes
        } else if next + 1 < tokens.count, let minutes = plain(next + 1), minutes.count == 2, let value = Int(minutes),
            value < 60,
            tokens[next].isSymbol(":") && !tokens[next + 1].spaceBefore && !tokens[next].spaceBefore
                || isHourSign(next, minute: next + 1)
        {
            (minute, isClock) = (value, true)
            next += 2
            if isJoined(next, by: ":") { next += 2 }
        }
        guard isClock || half(at: next) != nil || halfBefore(index) != nil || isClockWord(next) else { return false }
        if isClockWord(next) { next = entries[next].next }
        let half = half(at: next) ?? halfBefore(index)
        if let half { next = max(next, half.end) }
        let hours: [Int] =
            switch half?.isAfternoon {
            case true?: [hour < 12 ? hour + 12 : hour]
            case false?: [hour == 12 ? 0 : hour]
            case nil: (1...12).contains(hour) ? [hour, (hour + 12) % 24] : [hour % 24]
            }
        add(.time, index..<max(index + 1, next), hours.map { String($0 * 60 + minute) })
        return true
    }

    /// `17h30`, `17 h 30`, `17 Uhr 30`, `9点30分`, `9시 30분`; two hours and thirty minutes are a time that it takes.
    private func isHourSign(_ index: Int, minute: Int) -> Bool {
        let isLetter = tokens[index].isWord && tokens[index].key == Array("h".utf8)
        if isLetter, !tokens[index].spaceBefore, !tokens[minute].spaceBefore { return true }
        if tokens[index].isRun {
            guard isClockWord(index), entries.hits[index]?.first?.length == tokens[index].range.count,
                minute + 1 < tokens.count, tokens[minute + 1].isRun
            else { return false }
            return scalars[tokens[minute + 1].range].first.map(Self.minuteSigns.contains) == true
        }
        guard isLetter || isClockWord(index),
            minute + 1 >= tokens.count || !tokens[minute + 1].isWord || isClockWord(minute + 1)
        else { return false }
        return !(minute + 1 < tokens.count && tokens[minute + 1].isSymbol("%"))
    }

    private static let minuteSigns: Set<Unicode.Scalar> = ["\u{5206}", "\u{BD84}"]

    func isClockWord(_ index: Int) -> Bool {
        guard index < tokens.count else { return false }
        return entries[index].meanings.contains(.clock)
    }

    struct Half: Equatable {
        var isAfternoon: Bool
        var end: Int
    }

    func half(at index: Int) -> Half? {
        guard index < tokens.count, !tokens[index].isLine else { return nil }
        let meanings = entries[index].meanings
        if meanings.contains(.afternoon) { return Half(isAfternoon: true, end: entries[index].next) }
        return meanings.contains(.morning) ? Half(isAfternoon: false, end: entries[index].next) : nil
    }

    /// `下午3点`
    private func halfBefore(_ index: Int) -> Half? {
        guard index > 0, tokens[index - 1].isRun, let hit = entries.hits[index - 1]?.last else { return nil }
        if hit.meanings.contains(.afternoon) { return Half(isAfternoon: true, end: index + 1) }
        return hit.meanings.contains(.morning) ? Half(isAfternoon: false, end: index + 1) : nil
    }
}
