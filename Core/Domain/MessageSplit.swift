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

    /// Breaks at a paragraph, else a line, a sentence, a word; inside a word only when that alone is too long. A grapheme
    /// cluster or a link is broken only when it is longer than a whole message.
    package init(_ text: String, limit: Int = twilioLimit, maximumParts: Int = maximumParts) {
        precondition(limit >= 16 && maximumParts >= 1, "a message has room for a few words")
        var rest = Pieces(text, limit: limit)
        var parts: [String] = []
        while parts.count < maximumParts, let part = rest.nextPart() {
            parts.append(part)
        }
        isCut = parts.count == maximumParts && !rest.isSpent
        if isCut, let last = parts.popLast() {
            parts.append(Self.cut(last, limit: limit))
        }
        self.parts = parts
    }

    private static func cut(_ part: String, limit: Int) -> String {
        var part = part
        while part.utf16.count > limit - 2 { part.removeLast() }
        return part + " \u{2026}"
    }
}

/// The text as grapheme clusters, and how far it has been handed out.
private struct Pieces {
    private let characters: [Character]
    /// UTF-16 length of everything before each character, and of the whole.
    private let offsets: [Int]
    /// For a character inside a link: where the link begins. Breaking before any but the first is avoided.
    private let linkStarts: [Int?]
    private let limit: Int
    private var position = 0

    init(_ text: String, limit: Int) {
        self.limit = limit
        characters = text.flatMap { $0.utf16.count > limit ? scalars(of: $0) : [$0] }
        var offsets = [0]
        for character in characters { offsets.append((offsets.last ?? 0) + character.utf16.count) }
        self.offsets = offsets
        linkStarts = Links(characters, offsets: offsets, limit: limit).starts
    }

    var isSpent: Bool { !characters[position...].contains { !isSpace($0) } }

    /// The next message; `nil` at the end. Leaves the position untouched if nothing was taken.
    mutating func nextPart() -> String? {
        var start = position
        while start < characters.count, isSpace(characters[start]) { start += 1 }
        guard start < characters.count else { return nil }
        let end = breakPoint(from: start)
        position = end
        var last = end
        while isSpace(characters[last - 1]) { last -= 1 }
        return String(characters[start..<last])
    }

    private func breakPoint(from start: Int) -> Int {
        guard offsets[characters.count] - offsets[start] > limit else { return characters.count }
        // The last index whose prefix still fits; at least one character does.
        var end = start + 1
        while offsets[end + 1] - offsets[start] <= limit { end += 1 }
        // A part at least half full may end at a paragraph, line or sentence, one at least a quarter full at a word.
        let half = max(start + 1, start + (end - start) / 2)
        let quarter = max(start + 1, start + (end - start) / 4)
        return last(in: half...end, where: endsParagraph) ?? last(in: half...end, where: endsLine)
            ?? last(in: half...end, where: endsSentence) ?? last(in: quarter...end, where: endsWord)
            ?? last(in: (start + 1)...end, where: isOutsideLink) ?? end
    }

    private func last(in range: ClosedRange<Int>, where isBreak: (Int) -> Bool) -> Int? {
        range.reversed().first(where: isBreak)
    }

    private func endsParagraph(_ index: Int) -> Bool {
        index >= 2 && characters[index - 1].isNewline && characters[index - 2].isNewline
    }

    private func endsLine(_ index: Int) -> Bool {
        characters[index - 1].isNewline
    }

    private func endsSentence(_ index: Int) -> Bool {
        if "\u{3002}\u{ff01}\u{ff1f}".contains(characters[index - 1]) { return isOutsideLink(index) }
        return index >= 2 && isSpace(characters[index - 1])
            && ".!?\u{2026}\u{061f}\u{0964}".contains(characters[index - 2])
    }

    /// A break before or after white space.
    private func endsWord(_ index: Int) -> Bool {
        isSpace(characters[index - 1]) || isSpace(characters[index])
    }

    private func isOutsideLink(_ index: Int) -> Bool {
        linkStarts[index].map { $0 == index } ?? true
    }
}

/// Where links run: from a scheme (or `www.`) to the next white space; a run longer than a message counts only as far as
/// its characters may stand in a URL (RFC 3986), so that text without spaces doesn't become one link.
private struct Links {
    private(set) var starts: [Int?]

    init(_ characters: [Character], offsets: [Int], limit: Int) {
        starts = Array(repeating: nil, count: characters.count)
        var index = 0
        while index < characters.count {
            guard Self.begins(at: index, in: characters) else {
                index += 1
                continue
            }
            var end = Self.end(from: index, in: characters) { !isSpace($0) }
            if offsets[end] - offsets[index] > limit {
                end = Self.end(from: index, in: characters, while: Self.mayStandInURL)
            }
            let fits = offsets[end] - offsets[index] <= limit
            for position in index..<end where fits { starts[position] = index }
            index = max(end, index + 1)
        }
    }

    private static let openings = ["https://", "http://", "www."].map(Array.init)

    private static func begins(at index: Int, in characters: [Character]) -> Bool {
        guard "hHwW".contains(characters[index]) else { return false }
        return openings.contains { opening in
            let run = characters[index...].prefix(opening.count)
            return run.count == opening.count && String(run).lowercased() == String(opening)
        }
    }

    private static func end(from index: Int, in characters: [Character], while belongs: (Character) -> Bool) -> Int {
        var end = index
        while end < characters.count, belongs(characters[end]) { end += 1 }
        return end
    }

    private static func mayStandInURL(_ character: Character) -> Bool {
        guard let byte = character.asciiValue, byte > 0x20, byte < 0x7f else { return false }
        return !"<>\"{}|\\^`".contains(character)
    }
}

/// White space and nothing more: a space that carries a combining mark is text.
private func isSpace(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy(\.properties.isWhitespace)
}

private func scalars(of character: Character) -> [Character] {
    character.unicodeScalars.map(Character.init)
}
