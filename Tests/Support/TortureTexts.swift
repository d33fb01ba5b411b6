/// A text that strangers may send and that breaks whoever counts, cuts, stores or compares text carelessly.
package struct TortureText: Sendable, CustomStringConvertible {
    package let name: String
    package let text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    package var description: String { name }
    /// Postgres holds no NUL, in no encoding.
    package var hasNUL: Bool { text.utf8.contains(0) }
}

extension TortureText {
    /// Short enough for every column that holds words.
    package static let short: [TortureText] = [
        TortureText("NUL", "a\0b"),
        TortureText("nothing but NUL", "\0"),
        TortureText("NUL behind a flag", "🇩🇪\0"),
        TortureText("scalars of four bytes", "𝔘𝔫𝔦😀"),
        TortureText("a joined family", "👩\u{200D}👩\u{200D}👧\u{200D}👦"),
        TortureText("joiners without anything to join", "\u{200D}\u{200D}"),
        TortureText("CRLF", "one\r\ntwo\rthree\nfour"),
        TortureText("half a CRLF at each end", "\n\r"),
        TortureText("flags", "🇩🇪🇦🇨🇩"),
        TortureText("combining marks", "e\u{301}\u{327}\u{489}" + String(repeating: "\u{302}", count: 30)),
        TortureText("a mark that has nothing to combine with", "\u{301}"),
        TortureText("right to left", "\u{202E}txt.exe\u{2066}\u{2069}"),
        TortureText("invisible", "\u{200B}\u{2060}\u{FEFF}\u{00AD}"),
        TortureText("controls", "\u{1}\u{8}\u{B}\u{1B}[31m\u{7F}\u{85}"),
        TortureText("separators of lines and paragraphs", "a\u{2028}b\u{2029}c"),
        TortureText("nobody's characters", "\u{FFFE}\u{FFFF}\u{10FFFF}\u{E000}\u{FFFD}"),
        TortureText("white space", " \u{A0}\u{2003}\t "),
        TortureText("one letter in two forms", "\u{C5}\u{41}\u{30A}\u{212B}"),
        TortureText("letters that grow", "ŉßﬃİ"),
        TortureText("figures of other scripts", "٧٫٥٠ ７.５０ ७"),
        TortureText("SQL", "'; drop table users; -- %s \\' $1 {NULL,\"x\"}"),
        TortureText("JSON", #"{"a":"\u0000\ud800"}]"#),
        TortureText("a path", "../../etc/passwd\\..\\x"),
        TortureText("patterns", "%%__\\%_"),
    ]

    /// At and just above the limit of a column, whichever way somebody counts.
    /// - Parameter limit: Unicode scalars, as `char_length` counts them in a database of UTF-8.
    package static func around(_ limit: Int) -> [TortureText] {
        let family = "👩\u{200D}👩\u{200D}👧"
        return [
            TortureText("\(limit) letters", String(repeating: "x", count: limit)),
            TortureText("one letter above \(limit)", String(repeating: "x", count: limit + 1)),
            TortureText("\(limit) scalars of four bytes", String(repeating: "😀", count: limit)),
            TortureText("one scalar of four bytes above \(limit)", String(repeating: "😀", count: limit + 1)),
            TortureText("\(limit) flags, of two scalars each", String(repeating: "🇩🇪", count: limit)),
            TortureText("\(limit) CRLF, one Character each", String(repeating: "\r\n", count: limit)),
            TortureText("families beyond \(limit)", String(repeating: family, count: limit / 5 + 1)),
            TortureText("one Character beyond \(limit)", "e" + String(repeating: "\u{301}", count: limit)),
            TortureText("\(limit) letters and a NUL", String(repeating: "x", count: limit) + "\0"),
            TortureText("NUL within \(limit + 1)", "\0" + String(repeating: "x", count: limit)),
        ]
    }

    /// All that one column of this limit is tried with.
    package static func all(around limit: Int) -> [TortureText] { short + around(limit) }
}
