extension String {
    /// At most so many Unicode scalars, which is what Postgres counts, without U+0000, which it takes in no text. What other
    /// systems wrote is cut so before it reaches a column: a thousand flags are a thousand `Character`s and twice as many for the
    /// column. A cut never leaves a half scalar, but may divide what a reader sees as one character.
    package func cut(to scalars: Int) -> String {
        guard unicodeScalars.count > scalars || unicodeScalars.contains("\0") else { return self }
        return String(UnicodeScalarView(unicodeScalars.lazy.filter { $0 != "\0" }.prefix(scalars)))
    }
}
