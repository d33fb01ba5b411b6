import Synchronization

/// What a word or a phrase of normalised text means to the gate, in 22 languages: `infra/data/words.txt`, CLDR.
enum Meaning: Sendable, Equatable {
    /// ISO 4217 codes of which any may be meant.
    case currency([String])
    /// Codes that are also words; only in capitals.
    case code([String])
    case cent, half, percent, tenth, price, clock, morning, afternoon, per, courtesy, order
    /// In front of a time of day; `timeAhead` also where nothing else says that it is one.
    case ahead, timeAhead
    /// A place is open, or isn't.
    case opens, closed
    /// Powers of ten.
    case scale(Int)
    case period(String)
    case unit(String)
    case relative(String)
    case promise(String)
    case month(String)
    case weekday(String)
    /// A short form, which in sentences is another word more often.
    case shortWeekday(String)
    case number(Int)
}

enum ClaimLexicon {
    private static let table = StaticTable(LexiconData.text)

    /// - Parameter key: words of normalised text with single spaces between them.
    static func find(_ key: [UInt8]) -> Found {
        if let known = recent.withLock({ $0[key] }) { return known }
        let line = table.find(key)
        let found = Found(meanings: line.value.map(meanings) ?? [], begins: line.begins)
        recent.withLock { recent in
            if recent.count >= mostRecent { recent.removeAll(keepingCapacity: true) }
            recent[key] = found
        }
        return found
    }

    struct Found: Sendable {
        var meanings: [Meaning]
        /// Longer keys begin with it.
        var begins: Bool
    }

    /// Words come again and again, in one text and in the next turn's. Some 300 KB.
    private static let mostRecent = 2_000
    private static let recent = Mutex<[[UInt8]: Found]>([:])

    private static func meanings(_ text: String) -> [Meaning] {
        text.split(separator: ";").compactMap { meaning($0) }
    }

    private static func meaning(_ text: Substring) -> Meaning? {
        let value = String(text.dropFirst())
        switch text.first {
        case "c": return .currency(value.split(separator: ",").map(String.init))
        case "i": return .code(value.split(separator: ",").map(String.init))
        case "k": return .cent
        case "h": return .half
        case "%": return .percent
        case "z": return .tenth
        case "p": return .price
        case "o": return .clock
        case "a": return .morning
        case "b": return .afternoon
        case "/": return .per
        case "~": return .courtesy
        case "#": return .order
        case "@": return .ahead
        case "^": return .timeAhead
        case "+": return .opens
        case "-": return .closed
        case "s": return Int(value).map(Meaning.scale)
        case "n": return Int(value).map(Meaning.number)
        case "P": return .period(value)
        case "u": return .unit(value)
        case "r": return .relative(value)
        case "!": return .promise(value)
        case "m": return .month(value)
        case "w": return .weekday(value)
        case "v": return .shortWeekday(value)
        default: return nil
        }
    }
}
