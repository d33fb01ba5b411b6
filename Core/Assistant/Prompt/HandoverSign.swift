/// The sign as models write it, in a line.
enum HandoverSign {
    /// Characters of its word.
    private static let longestWord = 40

    static func opens(_ character: Character) -> Bool { "[［【".contains(character) }
    private static func closes(_ character: Character) -> Bool { "]］】".contains(character) }

    /// What stands around the signs of a line: one part when there is none. Takes time in proportion to the line.
    static func parts(between line: Substring) -> [String] {
        var parts: [String] = []
        var start = line.startIndex
        var index = start
        while let open = line[index...].firstIndex(where: opens) {
            guard let end = end(ofSignAt: open, in: line) else {
                index = line[open...].firstIndex { !opens($0) } ?? line.endIndex
                continue
            }
            parts.append(String(line[start...][..<open]))
            (start, index) = (end, end)
        }
        return parts + [String(line[start...])]
    }

    private static func end(ofSignAt open: Substring.Index, in line: Substring) -> Substring.Index? {
        let inside = line[open...].drop(while: opens)
        let word = inside.prefix(longestWord).prefix { !closes($0) && !opens($0) }
        let behind = inside.dropFirst(word.count)
        let closing = behind.prefix(2).prefix(while: closes)
        // `[Person](https://...)` is a link.
        guard !closing.isEmpty, behind.dropFirst(closing.count).first != "(" else { return nil }
        let brackets = line.distance(from: open, to: inside.startIndex) + closing.count
        let isLast = line[closing.endIndex...].allSatisfy { !$0.isLetter && !$0.isNumber }
        let isFirst = line[..<open].allSatisfy { !$0.isLetter && !$0.isNumber }
        let isSign = brackets > 2 ? isDoubleSign(word.trimmed) : isSingleSign(word.trimmed, isLast, isFirst && isLast)
        return isSign ? closing.endIndex : nil
    }

    /// Between two pairs of brackets, one of which may lack.
    private static func isDoubleSign(_ word: String) -> Bool {
        guard word.contains(where: \.isLetter), word.allSatisfy({ $0.isLetter || " _-'".contains($0) }) else {
            return false
        }
        // One capital letter is a choice: `[[A]]`.
        let isLoud = word.allSatisfy { !$0.isLowercase } && (word.count > 1 || word.allSatisfy { !$0.isUppercase })
        return isLoud || persons.contains(word.uppercased())
    }

    /// Between one pair, where other things may stand: `5 EUR per [person]`, `回复【人工】`.
    private static func isSingleSign(_ word: String, _ isLast: Bool, _ isAlone: Bool) -> Bool {
        guard persons.contains(word.uppercased()) else { return false }
        if word.contains(where: \.isLowercase) { return isLast }
        return isAlone || word.contains(where: \.isUppercase)
    }

    /// The sign's word, and as models translate it.
    private static let persons: Set<String> = [
        "PERSON", "PERSONA", "PESSOA", "PERSONNE", "PERSOON", "PERSONE", "MENSCH", "HUMAN", "HUMANO", "HUMANA",
        "HUMAIN", "UMANO",
        "OSOBA", "CZŁOWIEK", "KİŞİ", "İNSAN", "INSAN", "ORANG", "NGƯỜI", "ЧЕЛОВЕК", "ЛЮДИНА", "ΑΤΟΜΟ", "شخص", "إنسان",
        "אדם", "व्यक्ति", "ব্যক্তি", "คน", "人", "人工", "真人", "担当者", "사람", "상담원",
    ]
}
