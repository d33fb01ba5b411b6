/// The words of the sources that a change of looks could spoil: those with a sign of Markdown in them. An answer that quotes
/// them quotes them exactly.
struct SourceStrings: Sendable {
    /// Without the punctuation around them.
    private var words: Set<String> = []
    /// The first two words of lines that begin with `#`.
    private var headings: Set<String> = []
    /// What the prompt's look-alikes of angle brackets stood for.
    private var originals: [String: String] = [:]
    private let texts: [String]

    /// - Parameters:
    ///   - shown: as the model saw them.
    ///   - written: as the business wrote them.
    init(shown: [String] = [], written: [String] = []) {
        texts = shown + written
        for text in texts { add(text) }
        for text in written { addOriginals(of: text) }
    }

    init(_ request: ModelRequest) {
        self.init(shown: [request.system] + request.messages.map(\.text), written: request.sources)
    }

    private mutating func add(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            for word in words where word.contains(where: Self.isMarkup) { self.words.insert(Self.core(word)) }
            if words.first?.hasPrefix("#") == true { headings.insert(Self.beginning(words)) }
        }
    }

    private mutating func addOriginals(of text: String) {
        for word in text.split(whereSeparator: \.isWhitespace) where word.contains(where: { "<>".contains($0) }) {
            originals[Self.core(PersonaPrompt.closed(String(word)))] = Self.core(word)
        }
        // A line's first sign: `#5 Blue`. A bare `#` is a heading's.
        for word in text.split(whereSeparator: \.isNewline).compactMap({ $0.prefix { !$0.isWhitespace } })
        where word.hasPrefix("#") && !word.allSatisfy({ $0 == "#" }) {
            originals[Self.core("＃" + word.dropFirst())] = Self.core(word)
        }
    }

    func holds(word: some StringProtocol) -> Bool { words.contains(Self.core(word)) }
    func holds(heading line: some StringProtocol) -> Bool {
        headings.contains(Self.beginning(line.split(whereSeparator: \.isWhitespace)))
    }
    func holds(text: String) -> Bool { texts.contains { $0.contains(text) } }

    /// The word as the business wrote it, where the prompt had to show another.
    func original(of word: String) -> String? {
        guard !originals.isEmpty, word.contains(where: { "‹›＃".contains($0) }) else { return nil }
        let core = Self.core(word)
        return originals[core].map { word.replacing(core, with: $0, maxReplacements: 1) }
    }

    static func isMarkup(_ character: Character) -> Bool { "*_~`[]#<>".contains(character) }

    private static func beginning(_ words: [some StringProtocol]) -> String {
        words.prefix(2).joined(separator: " ")
    }

    private static func core(_ word: some StringProtocol) -> String {
        let edges = ".,;:!?()[]{}\"'«»“”„‘’…"
        let start = word.firstIndex { !edges.contains($0) } ?? word.endIndex
        let end = word.lastIndex { !edges.contains($0) }.map(word.index(after:)) ?? word.startIndex
        return start < end ? String(word[start..<end]) : String(word)
    }
}
