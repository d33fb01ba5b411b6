import Domain

/// Whether a text recites what it was only told to obey.
struct Recital: Sendable {
    /// Words of ours in a row that nobody says by chance, and words of the business's own instructions.
    private static let run = 6
    private static let instructedRun = 20
    private static let marks = [
        "[[person", "<business>", "<knowledge>", "</business", "</knowledge", "# your task", "# rules",
    ]

    private static let own = runs(words(PersonaPrompt.ownWords), of: run)
    private let instructed: Set<Int>

    init(instructions: String) {
        instructed = Self.runs(Self.words(instructions), of: Self.instructedRun)
    }

    func claims(in text: String) -> [Claim] {
        let normal = String(NormalText(text, limit: 10_000).scalars)
        let words = Self.words(text)
        let isRecited =
            normal.utf8.contains { "<[#".utf8.contains($0) } && Self.marks.contains { normal.contains($0) }
            || !Self.runs(words, of: Self.run).isDisjoint(with: Self.own)
            || !Self.runs(words, of: Self.instructedRun).isDisjoint(with: instructed)
        return isRecited ? [Claim(kind: .recital, text: normal.cut(to: 60), values: [])] : []
    }

    private static func words(_ text: String) -> [Int] {
        let scalars = NormalText(text, limit: 20_000).scalars
        return scalars.split { !$0.isLetter && !$0.isDigit }.map { word in
            var hasher = Hasher()
            for scalar in word { hasher.combine(scalar.value) }
            return hasher.finalize()
        }
    }

    private static func runs(_ words: [Int], of length: Int) -> Set<Int> {
        guard words.count >= length else { return [] }
        return Set((0...(words.count - length)).map { words[$0..<($0 + length)].hashValue })
    }
}
