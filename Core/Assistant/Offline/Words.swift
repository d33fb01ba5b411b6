import Domain

/// Words of a text and how alike they are.
enum Words {
    /// Characters of one word; the rest of a longer one is left out.
    private static let longest = 60
    /// Characters that are looked at for each word that is wanted.
    private static let share = 40

    /// Lower-case runs of letters and digits; `don't` is one word. The text is bounded before anything is done with it.
    /// - Parameter limit: words.
    static func split(_ text: String, limit: Int = 4_000) -> [String] {
        var words: [String] = []
        var current = ""
        for character in text.cut(to: limit * share).lowercased() where words.count < limit {
            if character.isLetter || character.isNumber {
                if current.utf8.count < longest { current.append(character) }
            } else if (character == "'" || character == "’") && !current.isEmpty {
                continue
            } else if !current.isEmpty {
                words.append(current)
                current = ""
            }
        }
        return current.isEmpty || words.count == limit ? words : words + [current]
    }

    /// Edits (insert, delete, replace, swap neighbours) from one word to the other, counted up to `limit`; `nil` beyond.
    static func distance(_ left: String, _ right: String, limit: Int) -> Int? {
        let left = Array(left)
        let right = Array(right)
        guard abs(left.count - right.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }

    /// Typing errors a word of this length may hold.
    static func tolerance(_ word: String) -> Int {
        switch word.count {
        case ..<4: 0
        case 4...6: 1
        default: 2
        }
    }

    static func isLike(_ word: String, _ other: String) -> Bool {
        word == other || distance(word, other, limit: tolerance(word)) != nil
    }
}
