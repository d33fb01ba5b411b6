/// Where sentences begin, by UAX #29's default rules SB1 to SB998, in all scripts.
///
/// A full stop between digits, inside `example.com` and before a small letter ends nothing; white space after a sentence
/// belongs to it. Takes time in proportion to the text.
package enum SentenceBoundaries {
    /// Offsets in Unicode scalars, rising; neither 0 nor the end.
    package static func offsets(in text: some StringProtocol) -> [Int] {
        let properties = text.unicodeScalars.map(SentenceBreakProperty.init)
        let meetsLower = meetsLower(properties)
        var ending = Ending()
        var offsets: [Int] = []
        for (index, property) in properties.enumerated() {
            if index > 0, ending.breaks(before: property, after: properties[index - 1], meetsLower: meetsLower[index]) {
                offsets.append(index)
            }
            ending.pass(property)
        }
        return offsets
    }

    /// For each place whether the next letter or mark that counts (SB8) is a small letter.
    private static func meetsLower(_ properties: [SentenceBreakProperty]) -> [Bool] {
        var result = Array(repeating: false, count: properties.count)
        var isLower = false
        for index in properties.indices.reversed() {
            let property = properties[index]
            let counts = property == .letter || property == .upper || property.endsParagraph || property.endsSentence
            if property == .lower { isLower = true } else if counts { isLower = false }
            result[index] = isLower
        }
        return result
    }
}

/// How far the text is behind a mark that may have ended a sentence.
private struct Ending {
    private enum Stage { case none, mark, close, space }

    private var stage = Stage.none
    private var isFullStop = false
    /// The last character and the one before the mark, attached ones left out.
    private var last = SentenceBreakProperty.other
    private var beforeMark = SentenceBreakProperty.other

    func breaks(
        before property: SentenceBreakProperty, after previous: SentenceBreakProperty, meetsLower: Bool
    ) -> Bool {
        if previous == .carriageReturn && property == .lineFeed { return false }
        if previous.endsParagraph { return true }
        if property.isAttached || stage == .none { return false }
        if isFullStop && (continuesName(property) || meetsLower) { return false }
        if property == .goesOn || property.endsSentence || property == .space || property.endsParagraph { return false }
        return property != .close || stage == .space
    }

    /// SB6 and SB7: `7.50`, `U.S`.
    private func continuesName(_ property: SentenceBreakProperty) -> Bool {
        guard stage == .mark else { return false }
        return property == .numeric || property == .upper && (beforeMark == .upper || beforeMark == .lower)
    }

    mutating func pass(_ property: SentenceBreakProperty) {
        if property.endsParagraph {
            stage = .none
        } else if property.isAttached {
            return
        } else if property.endsSentence {
            (stage, isFullStop, beforeMark) = (.mark, property == .fullStop, last)
        } else if stage != .none {
            stage = next(property)
        }
        last = property
    }

    private func next(_ property: SentenceBreakProperty) -> Stage {
        if property == .space { return .space }
        return property == .close && stage != .space ? .close : .none
    }
}
