/// Markdown as a messenger shows it: headings and fences go, `**bold**` becomes `*bold*`, `[text](link)` becomes `text (link)`.
/// What stands between fences, in code, in links and in words of the sources stays as it is.
enum MessengerText {
    static func shown(_ text: String, keeping sources: SourceStrings) -> String {
        var page = Page()
        var paragraph: [Substring] = []
        var fence: Fence?
        func endParagraph() {
            guard !paragraph.isEmpty else { return }
            page.add(InlineMarkup.shown(paragraph.joined(separator: "\n"), keeping: sources))
            paragraph = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = fence {
                if open.isClosed(by: line) { fence = nil } else { page.addExactly(line) }
            } else if let opened = Fence(line), !sources.holds(word: opened.word) {
                endParagraph()
                fence = opened
            } else if let title = Heading.title(of: line), !sources.holds(heading: line) {
                endParagraph()
                page.add(InlineMarkup.shown(String(title), keeping: sources))
            } else {
                if line.allSatisfy(\.isWhitespace) || ListItem.begins(line) { endParagraph() }
                paragraph.append(line)
            }
        }
        endParagraph()
        return page.text
    }
}

/// Lines, with at most one empty one between two others and none around them.
private struct Page {
    private var lines: [(text: String, isExact: Bool)] = []

    mutating func add(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            lines.append((String(line), false))
        }
    }

    mutating func addExactly(_ line: Substring) { lines.append((String(line), true)) }

    var text: String {
        var kept: [(text: String, isExact: Bool)] = []
        for line in lines {
            let isEmpty = !line.isExact && line.text.allSatisfy(\.isWhitespace)
            if !isEmpty { kept.append(line) } else if kept.last?.text.isEmpty == false { kept.append(("", false)) }
        }
        while kept.last?.text.allSatisfy(\.isWhitespace) == true { kept.removeLast() }
        if let first = kept.first, !first.isExact { kept[0].text = String(first.text.drop(while: \.isWhitespace)) }
        if let last = kept.last, !last.isExact { kept[kept.count - 1].text = Self.withoutEnd(last.text) }
        return kept.map(\.text).joined(separator: "\n")
    }

    private static func withoutEnd(_ text: String) -> String {
        String(text[...(text.lastIndex { !$0.isWhitespace } ?? text.startIndex)])
    }
}

/// CommonMark 4.5: three or more backticks or tildes; the closing fence is as long as the opening one, or longer.
private struct Fence {
    let sign: Substring
    /// With what stands directly behind it.
    let word: Substring

    init?(_ line: Substring) {
        let bare = line.drop { $0 == " " }
        guard let first = bare.first, first == "`" || first == "~" else { return nil }
        sign = bare.prefix { $0 == first }
        word = bare.prefix { !$0.isWhitespace }
        let info = bare.dropFirst(sign.count)
        guard sign.count >= 3, first == "~" || !info.contains("`") else { return nil }
    }

    func isClosed(by line: Substring) -> Bool {
        let bare = line.drop { $0 == " " }
        let run = bare.prefix { $0 == sign.first }
        return run.count >= sign.count && bare.dropFirst(run.count).allSatisfy(\.isWhitespace)
    }
}

/// CommonMark 4.2: one to six `#` and a space; those at the end go too.
private enum Heading {
    static func title(of line: Substring) -> Substring? {
        let hashes = line.prefix { $0 == "#" }
        let rest = line.dropFirst(hashes.count)
        guard (1...6).contains(hashes.count), rest.first == " " else { return nil }
        let title = rest.drop { $0 == " " }
        let end = title.reversed().drop { $0 == " " || $0 == "#" }.count
        let isClosed = title.dropFirst(end).hasPrefix(" #")
        return isClosed ? title.prefix(end) : title
    }
}

/// CommonMark 5.2: emphasis doesn't run from one item into the next.
private enum ListItem {
    static func begins(_ line: Substring) -> Bool {
        let bare = line.drop { $0 == " " || $0 == "\t" || $0 == ">" }
        if let first = bare.first, "-*+•".contains(first) { return bare.dropFirst().first == " " }
        let digits = bare.prefix { $0.isASCII && $0.isNumber }
        let mark = bare.dropFirst(digits.count)
        return !digits.isEmpty && digits.count <= 9 && (mark.hasPrefix(". ") || mark.hasPrefix(") "))
    }
}
