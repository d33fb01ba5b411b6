/// The skeleton of a word (UTS #39), as far as it goes to Latin letters and digits: `dоllars` with a Cyrillic `о`, `d0llars`.
enum Lookalikes {
    private static let letters: [Unicode.Scalar: [Unicode.Scalar]] = LookalikeData.text.withUTF8Buffer { bytes in
        var letters: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let parts = String(decoding: line, as: UTF8.self).split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            for scalar in parts[1].unicodeScalars { letters[scalar] = Array(parts[0].unicodeScalars) }
        }
        return letters
    }

    /// - Parameter word: normalised.
    static func skeleton(_ word: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
        var skeleton: [Unicode.Scalar] = []
        for scalar in word {
            for letter in letters[scalar] ?? [scalar] { add(letter, to: &skeleton) }
        }
        return skeleton
    }

    private static func add(_ letter: Unicode.Scalar, to skeleton: inout [Unicode.Scalar]) {
        switch letter {
        case "0": skeleton.append("o")
        case "1", "|": skeleton.append("l")
        case "n" where skeleton.last == "r": skeleton[skeleton.count - 1] = "m"
        default: skeleton.append(letter)
        }
    }

    /// The digit that a letter beside digits stands for.
    static func digit(_ letter: Unicode.Scalar) -> Unicode.Scalar? {
        if letter.isDigit { return letter }
        // Of Latin, Greek and Cyrillic: an Arabic letter behind a year looks like a nought to nobody who reads it.
        guard letter.value < 0x530 else { return nil }
        switch letters[letter]?.first ?? letter {
        case "o", "0": return "0"
        case "l", "i", "1", "|": return "1"
        case let other: return other.isDigit ? other : nil
        }
    }
}
