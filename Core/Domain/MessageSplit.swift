/// A long text as messages that a provider accepts.
///
/// Twilio's limit is "1,600 characters" (21617 above) without saying of what. Lengths here are UTF-16 code units: never
/// fewer than Unicode scalars or grapheme clusters, so a part is within the limit however the provider counts.
package struct MessageSplit: Sendable, Equatable {
    package static let twilioLimit = 1_600
    package static let maximumParts = 10

    /// In order; none is empty or longer than the limit. White space at the seams is gone, nothing else.
    package let parts: [String]
    /// The text was longer than `maximumParts` messages; the last part ends with an ellipsis.
    package let isCut: Bool

    /// Breaks at a paragraph, else a line, a sentence, a word (`TextBreaks`); inside a word only when that alone is longer than
    /// a message. A figure, a grapheme cluster or a link is broken only when it is longer than a whole message.
    package init(_ text: String, limit: Int = twilioLimit, maximumParts: Int = maximumParts) {
        precondition(limit >= 16 && maximumParts >= 1, "a message has room for a few words")
        var rest = Pieces(text, limit: limit)
        var parts: [String] = []
        while parts.count < maximumParts, let part = rest.nextPart(isLast: parts.count == maximumParts - 1) {
            parts.append(part)
        }
        isCut = parts.count == maximumParts && !rest.isSpent
        self.parts = parts
    }
}

/// The text as grapheme clusters, and how far it has been handed out.
private struct Pieces {
    private let breaks: TextBreaks
    /// UTF-16 length of everything before each character, and of the whole.
    private let offsets: [Int]
    private let limit: Int
    private var position = 0

    private var characters: [Character] { breaks.characters }

    init(_ text: String, limit: Int) {
        self.limit = limit
        breaks = TextBreaks(text, longest: limit)
        var offsets = [0]
        for character in breaks.characters { offsets.append((offsets.last ?? 0) + character.utf16.count) }
        self.offsets = offsets
    }

    var isSpent: Bool { !characters[position...].contains { !$0.isBlank } }

    /// The next message; `nil` at the end. Leaves the position untouched if nothing was taken.
    /// - Parameter isLast: no other follows; what doesn't fit is left, and an ellipsis says so.
    mutating func nextPart(isLast: Bool) -> String? {
        var start = position
        while start < characters.count, characters[start].isBlank { start += 1 }
        guard start < characters.count else { return nil }
        if fits(start..<characters.count, in: limit) { return take(from: start, to: characters.count) }
        guard isLast else { return take(from: start, to: breakPoint(from: start, room: limit)) }
        return take(from: start, to: breakPoint(from: start, room: limit - 2)) + " \u{2026}"
    }

    private mutating func take(from start: Int, to end: Int) -> String {
        position = end
        var last = end
        while characters[last - 1].isBlank { last -= 1 }
        return String(characters[start..<last])
    }

    private func fits(_ range: Range<Int>, in room: Int) -> Bool {
        offsets[range.upperBound] - offsets[range.lowerBound] <= room
    }

    private func breakPoint(from start: Int, room: Int) -> Int {
        // The last index whose prefix still fits; at least one character does.
        var end = start + 1
        while fits(start..<(end + 1), in: room) { end += 1 }
        // A part at least half full may end at a paragraph, line or sentence.
        let half = max(start + 1, start + (end - start) / 2)
        for strength in [TextBreaks.Strength.paragraph, .line, .sentence] {
            if let place = breaks.last(strength, in: half...end) { return place }
        }
        return whole(.word, from: start, to: end) ?? whole(.glue, from: start, to: end)
            ?? breaks.last(.cluster, in: (start + 1)...end) ?? end
    }

    /// The last place that good, unless what stands behind it is longer than a message.
    private func whole(_ strength: TextBreaks.Strength, from start: Int, to end: Int) -> Int? {
        guard let place = breaks.last(strength, in: (start + 1)...end) else { return nil }
        var next = end + 1
        while next < characters.count, breaks.strengths[next] < strength, fits(place..<next, in: limit) { next += 1 }
        return fits(place..<next, in: limit) ? place : nil
    }
}
