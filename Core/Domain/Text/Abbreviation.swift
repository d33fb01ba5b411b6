/// Full stops that end no sentence although a capital follows. Where it isn't certain, none ends: a cut then finds another.
enum Abbreviation {
    /// - Parameter place: where a sentence begins by UAX #29.
    static func ends(at place: Int, of characters: [Character]) -> Bool {
        var end = place
        while end > 0, characters[end - 1].isBlank {
            if characters[end - 1].isNewline { return false }
            end -= 1
        }
        guard end > 1, characters[end - 1] == "." else { return false }
        let word = characters[..<(end - 1)].suffix(longest + 1).reversed().prefix { $0.isLetter || $0.isDigit }
        if word.allSatisfy(\.isDigit) {
            let isMarker = word.endIndex.base == 0 || characters[word.endIndex.base - 1].isNewline
            return word.count <= 2 && (isMarker || beginsMonth(characters[place...]))
        }
        return word.count == 1 || word.count <= longest && known.contains(String(word.reversed()).lowercased())
    }

    /// German writes ordinals with a full stop and months with a capital: `3. Mai`. Also a month that the text's end cut.
    private static func beginsMonth(_ text: ArraySlice<Character>) -> Bool {
        let word = String(text.prefix(longestMonth + 1).prefix { $0.isLetter })
        return months.contains(word) || word.count == text.count && months.contains { $0.hasPrefix(word) }
    }

    private static let longestMonth = 9
    private static let months: Set<String> = [
        "Januar", "Jänner", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
        "November", "Dezember",
    ]

    private static let longest = 6

    /// Titles, addresses and firms in the languages of the phrases. Those that end sentences as well are left out.
    private static let known: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "vs", "approx", "dept", "ext", "ave", "apt", "fig", "inc", "ltd", "co",
        "corp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "min", "max",
        "sr", "sra", "srta", "dra", "av", "avda", "núm", "pág", "tel", "art", "ref", "ud", "uds", "dto",
        "rua", "cia", "ltda", "exmo", "me", "mme", "mlle", "bd", "env", "hr", "fr", "str", "nr", "bzw", "ca", "ggf",
        "inkl",
        "zzgl", "evtl", "abs", "okt", "dez",
    ]
}
