/// Days and times that only what stands around them tells from other numbers, and whether it is open on a day.
extension ClaimReader {
    // MARK: Short dates

    private static let dayWords: Set<String> = [
        "am", "vom", "zum", "den", "el", "le", "il", "on", "em", "dnia", "del", "dal", "du", "au", "until", "by",
    ]

    /// A word that a date follows: `on`, `Samstag`, `Saturday,`.
    func isDayAhead(_ index: Int) -> Bool {
        var before = index - 1
        if before >= 0, tokens[before].isSymbol(",") { before -= 1 }
        guard before >= 0 else { return false }
        return isWord(before, in: Self.dayWords)
            || entries[before].meanings.contains { meaning in
                switch meaning {
                case .weekday, .shortWeekday: true
                default: false
                }
            }
    }

    /// `24.12.` inside a sentence, `24.12.-26.12.`: a number has no dot behind it there.
    mutating func readShortDate(at index: Int, in range: Range<Int>) -> Bool {
        guard let day = shortDay(index), !isMoney(before: index, in: range) else { return false }
        let dot = index + 1
        let next = dot + 1
        let isRange = index - 2 >= range.lowerBound && tokens[index - 1].isSymbol("-") && used.contains(index - 2)
        let goesOn: Bool =
            if next < tokens.count, !tokens[next].isLine {
                tokens[next].isSymbol("-") || tokens[next].isSymbol(",")
                    || tokens[next].isWord && !tokens[next].isTitled
            } else {
                false
            }
        guard goesOn || isDayAhead(index) || isRange && claims.last?.kind == .date else { return false }
        if next < range.upperBound, entries[next].meanings.currencies(isCapital: tokens[next].isCapital) != nil {
            return false
        }
        add(.date, index..<(dot + 1), [day])
        return true
    }

    private func shortDay(_ index: Int) -> String? {
        guard let figure = tokens[index].figure, figure.signs == ["."], index + 1 < tokens.count,
            tokens[index + 1].isSymbol("."), !tokens[index + 1].spaceBefore, let month = Int(figure.groups[1]),
            (1...12).contains(month)
        else { return nil }
        guard figure.groups[0].count <= 2, figure.groups[1].count <= 2, let day = Int(figure.groups[0]),
            (1...31).contains(day)
        else { return nil }
        return "\(month)-\(day)"
    }

    private func isMoney(before index: Int, in range: Range<Int>) -> Bool {
        index > range.lowerBound
            && entries[index - 1].meanings.currencies(isCapital: tokens[index - 1].isCapital) != nil
    }

    // MARK: Times

    private static let ranges: Set<String> = ["to", "bis", "a", "al", "ate", "until", "till", "tot", "do", "до", "à"]

    /// `open 9 to 5`, `We open at 9.`, `dalle 9.30 alle 17.30`, `9.30-17.30`; not where money or another unit stands beside it.
    mutating func readPlainTime(at index: Int, in range: Range<Int>, opens: Bool) -> Bool {
        guard let minutes = minutes(index), !isCounted(index, in: range) else { return false }
        let isDotted = tokens[index].figure?.isPlain == false
        let isAhead = has(.timeAhead, before: index, in: range)
        guard
            isAhead || opens && isHour(index, in: range)
                || isDotted && isBetween(index, in: range, opens: false)
        else { return false }
        add(.time, index..<(index + 1), Self.readings(minutes))
        return true
    }

    /// Who asked for a price may be told one in a sentence with hours: `Drop by, cuts from 9!`
    private static let atWords: Set<String> = ["at", "um", "las", "as", "à", "om", "о"]

    private func isHour(_ index: Int, in range: Range<Int>) -> Bool {
        if asksForPrice { return isWord(index - 1, in: Self.atWords) }
        return has(.ahead, before: index, in: range) || isBetween(index, in: range, opens: true)
    }

    /// Minutes of the day that a number alone may be.
    private func minutes(_ index: Int) -> Int? {
        guard index < tokens.count, let figure = tokens[index].figure, figure.groups[0].count <= 2,
            let hour = Int(figure.groups[0]), (0...24).contains(hour)
        else { return nil }
        if figure.isPlain { return hour * 60 }
        guard figure.signs == ["."], figure.groups[1].count == 2, let minute = Int(figure.groups[1]), minute < 60 else {
            return nil
        }
        return hour * 60 + minute
    }

    /// Both halves of the day, where an hour may be of either.
    private static func readings(_ minutes: Int) -> [String] {
        let hour = minutes / 60
        return (1...12).contains(hour)
            ? [String(minutes), String((minutes + 720) % 1440)] : [String(minutes % 1440)]
    }

    /// A sign, a unit or a thing that is counted stands beside it; what other readers know better.
    private func isCounted(_ index: Int, in range: Range<Int>) -> Bool {
        if isMoney(before: index, in: range) { return true }
        let next = index + 1
        guard next < range.upperBound else { return false }
        if tokens[next].isRun || isClockWord(next) || half(at: next) != nil { return true }
        if tokens[next].isSymbol("%") || tokens[next].isSymbol(":") || tokens[next].isSymbol("/") { return true }
        if entries[next].meanings.currencies(isCapital: true) != nil { return true }
        let isFree =
            !tokens[next].isWord || isWord(next, in: Self.ranges) || entries[next].meanings.contains(.ahead)
            || entries[next].meanings.contains(.timeAhead)
            || isWord(next, in: ["on", "and", "und", "am", "y", "e", "et"])
            || entries[next].meanings.contains(.opens) || entries[next].meanings.contains(.closed)
        return !isFree
    }

    private func has(_ meaning: Meaning, before index: Int, in range: Range<Int>) -> Bool {
        // `a las`, `o godzinie`
        for start in max(range.lowerBound, index - 3)..<index where entries[start].next == index {
            if entries[start].meanings.contains(meaning) { return true }
        }
        return false
    }

    /// The other end stands before or behind it.
    private func isBetween(_ index: Int, in range: Range<Int>, opens: Bool) -> Bool {
        let isJoin = { (place: Int) in
            range.contains(place) && (self.tokens[place].isSymbol("-") || opens && self.isWord(place, in: Self.ranges))
        }
        let isTime = { (place: Int) in
            range.contains(place) && self.minutes(place) != nil
                && (opens || self.tokens[place].figure?.isPlain == false)
        }
        return isJoin(index + 1) && isTime(index + 2) && !isCounted(index + 2, in: range)
            || isJoin(index - 1) && isTime(index - 2) && used.contains(index - 2)
    }

    /// `at eight`, `eight o'clock`, `half past nine`, `acht Uhr`.
    mutating func readTimeWords(_ range: Range<Int>, opens: Bool) {
        for index in range where tokens[index].isWord && !used.contains(index) {
            guard let hour = entries[index].meanings.number, (1...24).contains(hour) else { continue }
            let next = index + 1
            let half = isHalf(next) ? half(at: next) : nil
            let isClock = range.contains(next) && isClockWord(next)
            let isAhead = opens && !isCounted(index, in: range) && has(.ahead, before: index, in: range)
            guard isClock || half != nil || isAhead else { continue }
            let isPast = isWord(index - 1, in: ["past"]) && index >= 2 && isWord(index - 2, in: ["half"])
            let minutes = hour * 60 + (isPast ? 30 : 0)
            let values: [String] =
                if let half {
                    [String((hour % 12 + (half.isAfternoon ? 12 : 0)) * 60 + (isPast ? 30 : 0))]
                } else {
                    Self.readings(minutes)
                }
            add(.time, index..<(half?.end ?? (isClock ? entries[next].next : next)), values)
        }
    }

    /// `eight am`; `drei am Montag` has no half of a day.
    private func isHalf(_ index: Int) -> Bool {
        guard index < tokens.count, half(at: index) != nil else { return false }
        let next = entries[index].next
        return !(next < tokens.count && tokens[next].isWord && tokens[next].isTitled)
    }

    // MARK: Open and closed

    private static let ends: Set<String> = [
        "until", "till", "bis", "hasta", "ate", "jusqu", "fino", "tot", "do", "до", "again", "wieder",
    ]

    mutating func addDay(_ value: String, _ range: Range<Int>) {
        let isEnd = isWord(range.lowerBound - 1, in: Self.ends)
        addDay(value, text(range), at: tokens[range.lowerBound].range.lowerBound, isEnd: isEnd)
    }

    /// - Parameter isEnd: `closed until Monday` is open then.
    mutating func addDay(_ value: String, _ text: String, at place: Int, isEnd: Bool = false) {
        days.append((claims.count, place, isEnd))
        claims.append(Claim(kind: .date, text: text, values: [value]))
    }

    private static let parts: Set<String> = [
        "and", "but", "und", "aber", "y", "pero", "e", "mas", "ma", "et", "mais", "en", "maar", "i", "ale", "и", "но",
    ]

    /// A day is open or closed by the word for it in its part of the sentence, else by the last one before it, else by the next.
    mutating func bindDays(_ range: Range<Int>) {
        defer { days = [] }
        guard !days.isEmpty else { return }
        var doors: [(place: Int, part: Int, door: Claim.Door)] = []
        var starts: [Int] = []
        var timed: Set<Int> = []
        for index in range {
            let place = tokens[index].range.lowerBound
            if [",", ";", "、"].contains(where: { tokens[index].isSymbol($0) }) || isWord(index, in: Self.parts) {
                starts.append(place)
            }
            if tokens[index].figure != nil { timed.insert(starts.count) }
            let words =
                tokens[index].isRun
                ? (entries.hits[index] ?? []).map { (place + $0.offset, $0.meanings) }
                : [(place, entries[index].meanings)]
            for (place, meanings) in words {
                if meanings.contains(.closed) {
                    doors.append((place, starts.count, .closed))
                } else if meanings.contains(.opens) {
                    doors.append((place, starts.count, isDenied(index, in: range) ? .closed : .open))
                }
            }
        }
        if doors.isEmpty, isTable(range) { doors = [(0, -1, .open)] }
        var (part, next) = (0, 0)
        for day in days {
            while part < starts.count, starts[part] <= day.place { part += 1 }
            while next < doors.count, doors[next].place < day.place { next += 1 }
            let before = next > 0 ? doors[next - 1] : nil
            let behind = next < doors.count ? doors[next] : nil
            let isNext = before?.part != part && behind?.part == part
            guard let found = isNext ? behind : before ?? behind else { continue }
            let isOpenThen = found.door == .closed && (day.isEnd || timed.contains(found.part))
            claims[day.claim].door = isOpenThen ? .closesAtTime : found.door
        }
    }

    /// `We are not open`, `haben nicht geöffnet`, `isn't open`
    private func isDenied(_ index: Int, in range: Range<Int>) -> Bool {
        for place in (max(range.lowerBound, index - 4)..<index).reversed() {
            if tokens[place].isSymbol("'") {
                if isWord(place + 1, in: ["t"]) { return true }
            } else if !tokens[place].isWord {
                break
            } else if isWord(place, in: Self.denials) {
                return true
            }
        }
        return isWord(index + 1, in: ["nicht"])
    }

    /// `Monday: 9:00-17:00`, `Montag bis Freitag 9-17`: nothing but days and their hours.
    private func isTable(_ range: Range<Int>) -> Bool {
        guard range.contains(where: { tokens[$0].figure != nil }) else { return false }
        return range.allSatisfy { index in
            guard tokens[index].isWord else { return !tokens[index].isRun || entries[index].meanings.contains(.clock) }
            let meanings = entries[index].meanings
            if isWord(index, in: Self.ranges) || isWord(index, in: Self.parts) { return true }
            return meanings.contains { meaning in
                switch meaning {
                case .weekday, .shortWeekday, .clock, .morning, .afternoon, .ahead, .timeAhead, .relative: true
                default: false
                }
            }
        }
    }
}
