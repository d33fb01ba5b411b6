import API
import FoundationEssentials
import Support
import Web

/// What nobody's client sends.
enum Hostile {
    static let longText = String(repeating: "a", count: 1 << 20)

    /// JSON of a member, as bytes: some are no JSON at all.
    static func tokens(for shape: Shape) -> [(name: String, token: String)] {
        anything + quotedTexts + beyond(shape)
    }

    private static let anything: [(name: String, token: String)] = [
        ("null", "null"), ("true", "true"), ("a list", "[]"), ("an object", "{}"), ("one", "1"), ("minus one", "-1"),
        ("a negative zero", "-0.0"), ("a fraction", "0.5"), ("the largest integer", "9223372036854775807"),
        ("one above the largest integer", "9223372036854775808"), ("a huge number", "1e308"),
        ("a number beyond all", "1e400"), ("NaN", "NaN"), ("Infinity", "Infinity"),
        ("a lone surrogate", #""\ud800""#), ("broken UTF-8", "\"\u{1}\""),
        ("deep nesting", String(repeating: "[", count: 60) + String(repeating: "]", count: 60)),
        ("bottomless nesting", String(repeating: "[", count: 30_000)),
        ("a list of everything", #"[null, 1, "x", {}, [], true]"#), ("an object of names", #"{"__proto__": {"a": 1}}"#),
    ]

    /// Names of tokens that nothing may take, wherever they stand in a body.
    static func isNeverTaken(_ name: String) -> Bool { neverTaken.contains(name) || name.contains(nothingKeeps) }

    private static let nothingKeeps = "(nothing keeps it)"
    private static let neverTaken: Set<String> = [
        "a megabyte", "a number beyond all", "NaN", "Infinity", "a lone surrogate", "broken UTF-8",
        "bottomless nesting", "one too many", "one too few", "one entry too many",
        "a choice in capitals",
    ]

    private static let quotedTexts = texts.map { (name: $0.name, token: quoted($0.text)) }

    static let texts: [(name: String, text: String)] =
        TortureText.short.map { named($0, isRefused: $0.hasNUL) } + [
            ("no text", ""), ("a header", "a\r\nset-cookie: b=c"), ("a template", "{{7*7}} ${7*7} <script>"),
            ("an id of nobody", "00000000-0000-0000-0000-000000000000"), ("a megabyte", longText),
        ]

    private static func named(_ torture: TortureText, isRefused: Bool) -> (name: String, text: String) {
        (isRefused ? "\(torture) \(nothingKeeps)" : torture.name, torture.text)
    }

    /// One more than is allowed.
    private static func beyond(_ shape: Shape) -> [(name: String, token: String)] {
        switch shape {
        case .nullable(let shape): beyond(shape)
        case .text(let text) where text.length.upperBound < 1 << 16:
            TortureText.around(text.length.upperBound).map { torture in
                let isTooLong = torture.text.unicodeScalars.count > text.length.upperBound
                let (name, text) = named(torture, isRefused: torture.hasNUL || isTooLong)
                return (name, quoted(text))
            }
        case .integer(let range) where range.upperBound < Int.max:
            [("one too many", String(range.upperBound + 1)), ("one too few", String(range.lowerBound &- 1))]
        case .list(_, let count) where count.upperBound < 1 << 12:
            [
                (
                    "one entry too many",
                    "[" + Array(repeating: #""x""#, count: count.upperBound + 1).joined(separator: ",") + "]"
                )
            ]
        case .choice(let names): [("a choice in capitals", quoted((names.first ?? "").uppercased() + "X"))]
        default: []
        }
    }

    static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).bytes, as: UTF8.self)
    }

    /// Of a query parameter, ready to stand in a query.
    static let queryValues: [String] =
        [
            "", "x", "%00", "%FF", "%F0%9F%98%80", "%F0%9D%94%98", "a%E2%80%8Db", "%0D%0Aset-cookie:%20a=b", "-1", "0",
            "101", "1.5",
            "1e309", "NaN", "-0", "9223372036854775807", "9223372036854775808", "%27%20or%201=1--", "null", "true", "%",
            "%zz", "00000000-0000-0000-0000-000000000000", String(repeating: "a", count: 3_000), "a&a=b", "[]",
            "%5B%22a%22%5D",
        ] + cursors

    /// Cursors that we never made.
    static let cursors: [String] = {
        let id = "00000000-0000-0000-0000-000000000000"
        let times = [
            "2026-11-21 01:02:03.1234567+00", "2026-11-21 01:02:03.99999999999999999999999+00",
            "0000-00-00 00:00:00+00",
            "-001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00", "0001-01-01 00:00:00+00",
            "9999-99-99 99:99:99+00",
            "2026-11-21 01:02:03+99", "infinity", "-infinity", "2026-02-30 01:02:03+00", "99999999999999999999", "",
            "２０２６-11-21 01:02:03+00",
        ]
        let pairs = times.map { #"["\#($0)","\#(id)"]"# }
        let numbers = [
            #"["1","1"]"#, #"["+5","+5"]"#, #"["-1","-1"]"#, #"["18446744073709551615","9223372036854775807"]"#,
            #"["18446744073709551616","9223372036854775808"]"#, #"["0x10","1"]"#, #"["1e3","1"]"#, #"["",""]"#,
        ]
        let others = [
            "[]", "[[]]", "{}", "null", "[1,2]", #"["a"]"#, #"["a","b","c"]"#, #"["\u0000","\#(id)"]"#,
            #"["2026-11-21 01:02:03+00","not an id"]"#, String(repeating: "[", count: 200),
        ]
        return (pairs + numbers + others).map(base64URL) + [
            "_", "=", "AAAA", "A", "////", String(repeating: "A", count: 600),
        ]
    }()

    private static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
    }

    /// Of a path parameter, ready to stand in a path.
    static let pathValues: [String] = [
        "%00", "%FF", "%F0%9F%98%80", "a%E2%80%8Db", "%0D%0Aa", "..", "..%2F..%2Fetc", "%2F", "-1", "-0", "1e9", "0x10",
        "9223372036854775808", "999999999999999999999999", "x", "1;drop%20table%20users", "{{7*7}}", "%", "%zz", "null",
        "00000000-0000-0000-0000-000000000000", String(repeating: "a", count: 5_000), "a.b.c.d", "....",
        "eA.9999999999999999999.eA.eA",
    ]

    static let headers: [(name: String, value: String)] =
        ["", "x", "a\0b", "😀", "00000000-0000-0000-0000-000000000000", "a, b", String(repeating: "a", count: 10_000)]
        .map {
            ("x-organization-id", $0)
        }
        + ["", " ", "a\0b", "😀", "a\r\nb", String(repeating: "k", count: 256), String(repeating: "k", count: 255)].map {
            ("idempotency-key", $0)
        }
        + [
            "", "Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", "bearer  x", "Bearer \0", "Bearer 😀",
            "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "Bearer " + String(repeating: "a", count: 10_000),
        ].map { ("authorization", $0) }
        + [
            "", "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "😀",
            "multipart/form-data; boundary=a", "application/json, text/html", "a\0b",
        ].map { ("content-type", $0) }
        + otherNames.flatMap { name in
            ["", "a\0b", "😀, ;=\"%00\u{202e}", String(repeating: "a,b;c=", count: 1_700)].map { (name, $0) }
        }

    /// What else is read of a head, by anybody (`HostileInputTests.everyHeaderThatIsReadIsTried`).
    static let otherNames = [
        "accept", "cookie", "host", "last-event-id", "origin", "sec-fetch-site", "user-agent", "x-csrf-token",
        "x-forwarded-for",
        "x-twilio-signature", "x-twilio-webhooks-signature-settings",
    ]

    /// Whole bodies.
    static let bodies: [[UInt8]] = [
        [], [0], [0xFF, 0xFE], Array("[]".utf8), Array("null".utf8), Array("\"x\"".utf8), Array("{\"a\":".utf8),
        Array("{}{}".utf8),
        Array(#"{"__proto__":{},"$where":"1"}"#.utf8), Array(#"{"\u0000":1}"#.utf8), [0x22, 0xFF, 0x22],
        Array(repeating: UInt8(ascii: "["), count: 60_000), Array(repeating: UInt8(ascii: " "), count: 5 << 20),
    ]
}
