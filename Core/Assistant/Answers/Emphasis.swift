/// Emphasis by CommonMark 6.2: `**` and `__` turn only where their runs are left- and right-flanking and pair up. `~~` as in
/// GitHub's extension. Single signs stay as they are: they are WhatsApp's own.
///
/// Chinese, Japanese and Korean have no spaces around words, so their characters count as some, and their punctuation as letters
/// (the amendments "markdown-cjk-friendly" to CommonMark): `**营业时间：**周一`.
enum Emphasis {
    static func changes(in characters: [Character], except isExact: [Bool]) -> [(text: String, range: Range<Int>)] {
        var runs = "*_~".flatMap { sign in
            DelimiterRuns.of(sign, in: characters, except: isExact).compactMap { Run($0, sign, in: characters) }
        }.sorted { $0.range.lowerBound < $1.range.lowerBound }
        var pairing = Pairing()
        for index in runs.indices { pairing.meet(index, among: &runs) }
        return outermost(pairing.pairs).flatMap { $0.changes(in: characters) }
    }

    /// Bold inside bold is bold: only the outer signs are shown.
    private static func outermost(_ pairs: [Pair]) -> [Pair] {
        var end = 0
        return pairs.sorted { $0.open.lowerBound < $1.open.lowerBound }.map { pair in
            var pair = pair
            guard pair.open.count == 2, pair.sign != "~" else { return pair }
            pair.isSecond = pair.isSecond || pair.close.upperBound <= end
            end = max(end, pair.close.upperBound)
            return pair
        }
    }

    /// A run of one sign, of which pairs take what they need from the inside.
    struct Run {
        let sign: Character
        let range: Range<Int>
        let canOpen: Bool
        let canClose: Bool
        /// What is left of it.
        var free: Range<Int>

        init?(_ range: Range<Int>, _ sign: Character, in characters: [Character]) {
            let before = range.lowerBound > 0 ? Kind(characters[range.lowerBound - 1]) : .space
            let after = range.upperBound < characters.count ? Kind(characters[range.upperBound]) : .space
            let isLeft = after != .space && (after != .mark || before != .letter)
            let isRight = before != .space && (before != .mark || after != .letter)
            guard sign != "~" || range.count == 2 else { return nil }
            // An underscore inside a word is a letter of it.
            canOpen = isLeft && (sign != "_" || !isRight || before == .mark || before == .wideMark)
            canClose = isRight && (sign != "_" || !isLeft || after == .mark || after == .wideMark)
            self.range = range
            self.sign = sign
            free = range
        }

        func fits(_ closer: Run) -> Bool {
            guard sign == closer.sign, canOpen else { return false }
            // Rule of three: `*a**b*` is no pair of the first and the second.
            let isMixed = (canOpen && canClose) || (closer.canOpen && closer.canClose)
            let isThree = (range.count + closer.range.count) % 3 == 0
            return !(isMixed && isThree && !(range.count % 3 == 0 && closer.range.count % 3 == 0))
        }
    }

    enum Kind {
        case space, mark, letter
        /// Of Chinese, Japanese and Korean.
        case wide, wideMark

        init(_ character: Character) {
            let isMark = character.isPunctuation || character.isSymbol
            if character.isWhitespace {
                self = .space
            } else if character.unicodeScalars.first.map({ Self.isWide($0.value) }) == true {
                self = isMark ? .wideMark : .wide
            } else {
                self = isMark ? .mark : .letter
            }
        }

        /// East Asian Width W, F or H (UAX #11) without emoji, and Hangul, by blocks.
        private static func isWide(_ scalar: UInt32) -> Bool {
            switch scalar {
            case 0x1100...0x11FF, 0x20A9, 0x2E80...0x312F, 0x3130...0x3296, 0x3298, 0x329A...0x4DBF, 0x4E00...0xA4CF,
                0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFE10...0xFE1F, 0xFE30...0xFE6F, 0xFF01...0xFFEE,
                0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFD:
                true
            default: false
            }
        }
    }

    struct Pair {
        let sign: Character
        let open: Range<Int>
        let close: Range<Int>
        /// Other signs of the same two runs are a pair already: `***both***`, `****much****`.
        var isSecond: Bool

        func changes(in characters: [Character]) -> [(text: String, range: Range<Int>)] {
            guard open.count == 2 else { return isSecond ? [("_", open), ("_", close)] : [] }
            // A messenger's emphasis ends with the line.
            let spansLines = characters[open.upperBound..<close.lowerBound].contains(where: \.isNewline)
            let shown = spansLines || isSecond ? "" : sign == "~" ? "~" : "*"
            return [(shown, open), (shown, close)]
        }
    }
}

/// The procedure "process emphasis" of CommonMark's appendix, with its bounds that keep it linear.
private struct Pairing {
    private(set) var pairs: [Emphasis.Pair] = []
    /// Runs that may still open, by their place among all.
    private var openers: [Int] = []
    /// Up to which run no opener was found, for each kind of closer.
    private var searched: [Key: Int] = [:]

    private struct Key: Hashable {
        let sign: Character
        let canOpen: Bool
        let remainder: Int
    }

    mutating func meet(_ index: Int, among runs: inout [Emphasis.Run]) {
        if runs[index].canClose {
            while !runs[index].free.isEmpty, let opener = opener(for: index, among: runs) {
                pair(opener, index, among: &runs)
            }
        }
        if runs[index].canOpen, !runs[index].free.isEmpty { openers.append(index) }
    }

    private mutating func opener(for index: Int, among runs: [Emphasis.Run]) -> Int? {
        let closer = runs[index]
        let key = Key(sign: closer.sign, canOpen: closer.canOpen, remainder: closer.range.count % 3)
        let bottom = searched[key] ?? -1
        for place in openers.indices.reversed() {
            guard openers[place] > bottom else { break }
            if runs[openers[place]].fits(closer) {
                openers.removeSubrange((place + 1)...)
                return openers[place]
            }
        }
        searched[key] = index - 1
        return nil
    }

    private mutating func pair(_ opener: Int, _ closer: Int, among runs: inout [Emphasis.Run]) {
        let (open, close) = (runs[opener].free, runs[closer].free)
        let count = open.count >= 2 && close.count >= 2 ? 2 : 1
        let isSecond = open != runs[opener].range || close != runs[closer].range
        runs[opener].free = open.lowerBound..<(open.upperBound - count)
        runs[closer].free = (close.lowerBound + count)..<close.upperBound
        pairs.append(
            Emphasis.Pair(
                sign: runs[opener].sign, open: (open.upperBound - count)..<open.upperBound,
                close: close.lowerBound..<(close.lowerBound + count), isSecond: isSecond))
        if runs[opener].free.isEmpty { openers.removeLast() }
    }
}
