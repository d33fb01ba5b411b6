/// The table of `HTTPConformanceTests`. `.` in front of a section is RFC 9112's unless it says otherwise.
enum HTTPCases {
    typealias Case = HTTPConformanceTests.Case

    static let all = order + hosts + versions + sizes + lengths + chunks + smuggling + lines + targets + halfClosed

    private static let get = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let long = String(repeating: "x", count: 12_000)
    private static let endless = String(repeating: "x", count: 200_000)

    private static func refused(_ name: String, _ request: String, _ status: Int = 400) -> Case {
        // A second request behind it is never served: nobody knows where it begins.
        Case(
            name: name, request: request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [status],
            closes: true,
            words: ["application/problem+json"], without: ["smuggled"])
    }

    private static func post(_ fields: String, _ body: String, path: String = "/p") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    /// .9.3.2, .9.6
    private static let order = [
        Case(
            name: "pipelined requests are answered in their order",
            request: "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + post("Content-Length: 2", "hi") + get,
            statuses: [200, 200, 200],
            words: ["<GET /slow for a: ><", "<POST /p for a: hi>", "<GET /1 for a: >"].map {
                $0.hasSuffix("><") ? String($0.dropLast()) : $0
            }),
        Case(
            name: "after Connection: close nothing is read",
            request: "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get, statuses: [200], closes: true,
            words: ["connection: close"]),
        Case(
            name: "HEAD has the fields of GET and no body", request: "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n",
            statuses: [200], words: ["content-length: 17"], without: ["<HEAD"]),
        Case(
            name: "an upgrade that is not offered is ignored",
            request: "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", statuses: [200],
            closes: true, words: ["<GET /1 for a: >"]),
        Case(
            name: "HTTP/2 is not spoken",
            request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", statuses: [400], closes: true),
    ]

    /// .3.2
    private static let hosts =
        [
            refused("no Host", "GET / HTTP/1.1\r\n\r\n"),
            refused("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        ]
        + ["a b", "a,b", "a@b", "a/b", "a:b", "a:1:2", "a:123456", "http://a", "[::1", "a\u{e9}", "a\\b", "a?b"].map {
            refused("Host \($0)", "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n")
        }
        + ["", "a", "a.example.com:8080", "127.0.0.1:80", "[::1]:8080", "a_b-c", "a:"].map {
            Case(
                name: "Host \($0) is one", request: "GET /1 HTTP/1.1\r\nHost: \($0)\r\n\r\n", statuses: [200],
                words: ["<GET /1 for \($0): >"])
        }

    /// .2.3, RFC 9110 15.6.6, 10.1.1
    private static let versions = [
        Case(
            name: "HTTP/1.0 needs no Host and ends", request: "GET /1 HTTP/1.0\r\n\r\n", statuses: [200], closes: true),
        Case(
            name: "HTTP/1.0 may be kept alive", request: "GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            statuses: [200], words: ["eep-alive"]),
        refused("HTTP/1.0 with two Hosts", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        refused("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        refused("HTTP/0.9", "GET /\r\n\r\n", 505),
        refused("TLS where plain text is spoken", "\u{16}\u{3}\u{1}\u{0}\r\n\r\n", 501),
        Case(
            name: "100 Continue comes before the body is read",
            request: post("Content-Length: 2\r\nExpect: 100-continue", "hi"), statuses: [100, 200], words: [": hi>"]),
        Case(
            name: "HTTP/1.0 is not told to go on",
            request: "POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi", statuses: [200],
            closes: true),
        Case(
            name: "a body that is too large is not asked for",
            request: post("Content-Length: 99999\r\nExpect: 100-continue", ""), statuses: [413], closes: true),
    ]

    /// .3, RFC 9110 15.5.14, 15.5.15, RFC 6585 5
    private static let sizes = [
        refused("a target that is too long", "GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        refused("an endless target", "GET /\(endless) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        refused("a field that is too long", "GET / HTTP/1.1\r\nHost: a\r\nx: \(long)\r\n\r\n", 431),
        refused("an endless field", "GET / HTTP/1.1\r\nHost: a\r\nx: \(endless)\r\n\r\n", 431),
        refused("an endless name", "GET / HTTP/1.1\r\nHost: a\r\n\(endless): 1\r\n\r\n", 431),
        refused(
            "a thousand fields", "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "a:b\r\n", count: 1_000))\r\n", 431),
        refused("a body that is too long", post("Content-Length: 65537", String(endless.prefix(65_537))), 413),
        refused("a length beyond all", post("Content-Length: 99999999999999999999", "")),
        refused(
            "chunks that are too long",
            post("Transfer-Encoding: chunked", "11000\r\n\(endless.prefix(0x11000))\r\n0\r\n\r\n"),
            413),
    ]

    /// .6.2, .6.3
    private static let lengths = [
        "Content-Length: +2", "Content-Length: -2", "Content-Length: 0x2", "Content-Length: 2, 2",
        "Content-Length: 2 2",
        "Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\nContent-Length: 3", "Content-Length:",
        "Content-Length: \u{660}", "Content-Length: 2;",
    ].map { refused($0, post($0, "hi")) }

    /// .7.1
    private static let chunks =
        ["0x2", "-2", "+2", "2_0", "ffffffffffffffff2", "", ";", "g"].map {
            refused("a chunk of \($0)", post("Transfer-Encoding: chunked", "\($0)\r\nhi\r\n0\r\n\r\n"))
        } + [
            Case(
                name: "chunks", request: post("Transfer-Encoding: Chunked", "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n") + get,
                statuses: [200, 200], words: [": hi>"]),
            Case(
                name: "a chunk's extension is skipped",
                request: post("Transfer-Encoding: chunked", "2;a=b;c=\"d\"\r\nhi\r\n0;e\r\n\r\n"), statuses: [200],
                words: [": hi>"]),
            refused("data longer than its chunk", post("Transfer-Encoding: chunked", "2\r\nhiX\r\n0\r\n\r\n")),
            refused("a chunk without its end", post("Transfer-Encoding: chunked", "2\r\nhi0\r\n\r\n")),
            refused("a chunk's size that ends in LF", post("Transfer-Encoding: chunked", "2\nhi\r\n0\r\n\r\n")),
            refused(
                "an endless extension", post("Transfer-Encoding: chunked", "2;\(endless)\(endless)\r\nhi\r\n0\r\n\r\n"),
                413),
            Case(
                name: "trailers change nothing",
                request: post(
                    "Transfer-Encoding: chunked", "2\r\nhi\r\n0\r\nHost: evil\r\nX: y\r\n\r\n")
                    + get,
                statuses: [200, 200], words: ["<POST /p for a: hi>"]),
            refused("a length in a trailer", post("Transfer-Encoding: chunked", "0\r\nContent-Length: 9\r\n\r\n")),
            refused("an endless trailer", post("Transfer-Encoding: chunked", "0\r\nx: \(endless)\r\n\r\n"), 431),
            refused(
                "a thousand trailers",
                post("Transfer-Encoding: chunked", "0\r\n\(String(repeating: "a:b\r\n", count: 1_000))\r\n"), 431),
        ]

    /// .6.1, .11.2: CL.TE, TE.CL, TE.TE
    private static let smuggling = [
        refused("CL.TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4", "2\r\nhi\r\n0\r\n\r\n")),
        refused("TE.TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused("TE.TE, one unknown", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\n")),
        refused("chunked and more", post("Transfer-Encoding: chunked, identity", "0\r\n\r\n")),
        refused("chunked twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
        refused("more and chunked", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501),
        refused("a coding nobody knows", post("Transfer-Encoding: xchunked", "0\r\n\r\n"), 501),
        refused("a coding in quotes", post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"), 501),
        refused("a coding behind a vertical tab", post("Transfer-Encoding: \u{b}chunked", "0\r\n\r\n")),
        refused("a blank before the colon", post("Transfer-Encoding : chunked", "0\r\n\r\n")),
        refused("a folded coding", post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n")),
        refused("a coding behind a bare LF", post("X: y\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused("a coding behind a bare CR", post("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused("a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    /// .2.2, .5
    private static let lines = [
        Case(name: "an empty line in front is skipped", request: "\r\n" + get, statuses: [200]),
        refused("bare LF", "GET / HTTP/1.1\nHost: a\n\n", 505),
        refused("obs-fold", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"),
        refused("a blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        refused("a blank in a name", "GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n"),
        refused("no name", "GET / HTTP/1.1\r\nHost: a\r\n: z\r\n\r\n"),
        refused("no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        refused("NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y\u{0}z\r\n\r\n"),
        refused("a control character in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y\u{1}z\r\n\r\n"),
    ]

    /// .3.2, RFC 9110 9.1
    private static let targets = [
        Case(
            name: "absolute-form names the host",
            request: "GET http://b.example:81/1?q HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [200],
            words: ["<GET /1 for b.example:81: >"]),
        Case(
            name: "absolute-form without a path", request: "GET http://b.example HTTP/1.1\r\nHost: a\r\n\r\n",
            statuses: [200], words: ["<GET / for b.example: >"]),
        refused("absolute-form with somebody's name", "GET http://u@b.example/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("another scheme", "GET ftp://b.example/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case(
            name: "OPTIONS of the whole server", request: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", statuses: [200],
            words: ["<OPTIONS * for a: >"]),
        refused("a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("a form feed in the target", "GET /a\u{c}b HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("a tab in the query", "GET /a?b\tc HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("absolute-form without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("absolute-form with a port alone", "GET http://:80/x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("an asterisk for another method", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("a target that is no path", "GET x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused("a tunnel", "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n", 501),
        refused("a method nobody knows", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        refused("a method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ]

    /// .9.6: who has said everything still wants the answer.
    private static let halfClosed = [
        Case(name: "half-closed", request: get, endsWriting: true, statuses: [200], closes: true),
        Case(
            name: "half-closed while it is worked on", request: "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
            endsWriting: true, statuses: [200], closes: true),
        Case(
            name: "half-closed behind two requests", request: "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + get,
            endsWriting: true, statuses: [200, 200], closes: true),
        Case(
            name: "half-closed in the middle", request: post("Content-Length: 9", "hi"), endsWriting: true,
            statuses: [400], closes: true, without: ["<POST"]),
    ]
}
