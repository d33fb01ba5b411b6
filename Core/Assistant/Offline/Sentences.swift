/// Sentences of a text, each with the space after it, so that joined they are the text.
enum Sentences {
    static func split(_ text: String) -> [String] {
        var sentences: [String] = []
        var current = ""
        var mayEnd = false
        for character in text {
            if mayEnd, !character.isWhitespace, !current.isEmpty, current.last?.isWhitespace == true {
                sentences.append(current)
                current = ""
                mayEnd = false
            } else if mayEnd, !character.isWhitespace {
                // `3.50`, `example.com`: the mark ended nothing.
                mayEnd = ".!?…\"')".contains(character)
            }
            current.append(character)
            if ".!?…\n。！？".contains(character) { mayEnd = true }
        }
        return current.isEmpty ? sentences : sentences + [current]
    }
}
