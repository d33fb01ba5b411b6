/// A link of Markdown: `[text](link "title")`, `![text](link)`, `<link>` (CommonMark 6.3 to 6.5).
struct LinkMarkup {
    /// What is shown in place of what.
    private(set) var changes: [(text: String, range: Range<Int>)] = []
    private(set) var target: Range<Int>

    /// Characters of a link; a longer one is left as it was written.
    private static let longest = 2_000

    static func all(in characters: [Character], except isExact: [Bool]) -> [LinkMarkup] {
        var links: [LinkMarkup] = []
        var openings: [Int] = []
        var index = 0
        while index < characters.count {
            switch characters[index] {
            case "[" where !isExact[index]: openings.append(index)
            case "<" where !isExact[index]:
                if let link = LinkMarkup(autolinkAt: index, in: characters) { links.append(link) }
            case "]" where !isExact[index]:
                if let open = openings.popLast(), let link = LinkMarkup(textFrom: open, to: index, in: characters) {
                    links.append(link)
                    index = link.changes.last.map { $0.range.upperBound - 1 } ?? index
                }
            default: break
            }
            index += 1
        }
        return links
    }

    private init?(autolinkAt open: Int, in characters: [Character]) {
        let end = characters[(open + 1)...].prefix(Self.longest).firstIndex { "<>".contains($0) || $0.isWhitespace }
        guard let end, characters[end] == ">", Self.isTarget(characters[(open + 1)..<end]) else { return nil }
        target = (open + 1)..<end
        changes = [("", open..<(open + 1)), ("", end..<(end + 1))]
    }

    private init?(textFrom open: Int, to close: Int, in characters: [Character]) {
        guard close + 1 < characters.count, characters[close + 1] == "(" else { return nil }
        let isBracketed = characters[(close + 2)...].first == "<"
        let start = close + (isBracketed ? 3 : 2)
        let limit = min(characters.count, start + Self.longest)
        let end =
            isBracketed
            ? characters[start..<limit].firstIndex { $0 == ">" } ?? limit
            : Self.end(ofTargetAt: start, in: characters, within: limit)
        guard start < end, Self.isTarget(characters[start..<end]) else { return nil }
        guard let last = Self.closing(from: isBracketed ? end + 1 : end, in: characters) else { return nil }
        target = start..<end
        show(text: (open + 1)..<close, from: open, to: last + 1, in: characters)
    }

    /// `text (link)`; the link alone where the text says the same.
    private mutating func show(text: Range<Int>, from open: Int, to end: Int, in characters: [Character]) {
        let isImage = open > 0 && characters[open - 1] == "!"
        let start = isImage ? open - 1 : open
        let link = Self.withoutScheme(target, in: characters)
        let isSame =
            text.isEmpty || characters[text].elementsEqual(characters[link])
            || characters[text].elementsEqual(characters[target])
        changes =
            isSame
            ? [("", start..<link.lowerBound), ("", target.upperBound..<end)]
            : [
                ("", start..<text.lowerBound), (" (", text.upperBound..<link.lowerBound),
                (")", target.upperBound..<end),
            ]
    }

    /// `mailto:` and `tel:` are no part of what people read.
    private static func withoutScheme(_ target: Range<Int>, in characters: [Character]) -> Range<Int> {
        for scheme in ["mailto:", "tel:"] where characters[target].starts(with: scheme) {
            return (target.lowerBound + scheme.count)..<target.upperBound
        }
        return target
    }

    /// Up to white space or the bracket that closes what it did not open.
    static func end(ofTargetAt start: Int, in characters: [Character], within limit: Int) -> Int {
        var depth = 0
        for index in start..<limit {
            let character = characters[index]
            // Nor is another link a part of it: each would else be read to the end of the text.
            if character.isWhitespace || character == "[" { return index }
            if character == "(" { depth += 1 }
            guard character == ")" else { continue }
            if depth == 0 { return index }
            depth -= 1
        }
        return limit
    }

    /// The index of `)`, behind a title in quotes if there is one.
    private static func closing(from index: Int, in characters: [Character]) -> Int? {
        guard index < characters.count else { return nil }
        var rest = characters[index...].prefix(longest).drop { $0 == " " }
        if let quote = rest.first, "\"'".contains(quote), index < rest.startIndex {
            rest = rest.dropFirst().drop { $0 != quote }.dropFirst().drop { $0 == " " }
        }
        return rest.first == ")" ? rest.startIndex : nil
    }

    private static func isTarget(_ link: ArraySlice<Character>) -> Bool {
        let beginning = String(link.prefix(8)).lowercased()
        let isLink = ["https://", "http://", "mailto:", "tel:", "www."].contains { beginning.hasPrefix($0) }
        return isLink && !link.contains(where: \.isWhitespace)
    }
}
