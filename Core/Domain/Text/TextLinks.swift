/// Where links run: from a scheme (or `www.`) to the next white space; a run longer than `longest` counts only as far as its
/// characters may stand in a URL (RFC 3986), so that text without spaces doesn't become one link.
package struct TextLinks: Sendable {
    /// Rising, apart from each other.
    package private(set) var ranges: [Range<Int>] = []

    /// - Parameter longest: UTF-16 code units; what is longer is no link.
    package init(_ characters: [Character], longest: Int) {
        var offsets = [0]
        for character in characters { offsets.append((offsets.last ?? 0) + character.utf16.count) }
        var (index, wordEnd) = (0, 0)
        while index < characters.count {
            guard Self.begins(at: index, in: characters) else {
                index += 1
                continue
            }
            // Looked for once a word: a word may begin a thousand links.
            if wordEnd <= index { wordEnd = characters[index...].firstIndex(where: \.isBlank) ?? characters.count }
            let isWord = offsets[wordEnd] - offsets[index] <= longest
            let end = isWord ? wordEnd : characters[index..<wordEnd].firstIndex { !Self.mayStandInURL($0) } ?? wordEnd
            if offsets[end] - offsets[index] <= longest { ranges.append(index..<end) }
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

    private static func mayStandInURL(_ character: Character) -> Bool {
        guard let byte = character.asciiValue, byte > 0x20, byte < 0x7f else { return false }
        return !"<>\"{}|\\^`".contains(character)
    }
}
