import Access
import Foundation
import Web

extension ForeignParser {
    static let web: [ForeignParser] = [
        ForeignParser(
            "JSON", samples: [json, Array(#"[1,-2.5e3,"\u00e9\ud83d\ude00",true,null,{"a":{"b":[]}}]"#.utf8)],
            shapes: [
                Shape.distinct("{", "}", separator: ",") { "\"k\($0)\":\($0)" },
                Shape.distinct("[", "]", separator: ",") { "[\($0)]" },
                { Array("\"\(String(repeating: "\\u00e9", count: $0 / 6))\"".utf8) },
                { Array("-\(String(repeating: "9", count: $0))".utf8) },
                { Array("1e\(String(repeating: "9", count: $0))".utf8) },
            ]
        ) { _ = (try? JSONValue(parsing: $0))?.bytes },
        ForeignParser("canonical JSON", samples: [json]) { _ = (try? JSONValue(parsing: $0))?.canonical },
        ForeignParser(
            "form", samples: [Array("From=%2B1555&Body=Caf%C3%A9+au+lait&MediaUrl0=".utf8)],
            shapes: [Shape.distinct(separator: "&") { "n\($0)=v" }, Shape.repeated("a=%41%41&")]
        ) { bytes in
            guard let form = FormFields(decoding: bytes) else { return }
            _ = (form["n7"], form.all("a"), form.encoded)
        },
        .text("percent-encoding", ["a%20b", "%F0%9F%98%80"], shapes: [Shape.repeated("%41"), Shape.repeated("%2")]) {
            _ = (percentDecoded($0), percentDecoded($0, plusIsSpace: true))
        },
        .text("base64url", ["YWJj", "Zm9vYg"]) { _ = Base64URL.decode($0) },
        .text("cookies", ["a=1; b=\"2\"", "sid=abc"], shapes: [Shape.distinct(separator: ";") { "c\($0)=v" }]) {
            _ = Cookies.parse([$0])
        },
        .text("cursor", [Cursor("2026-11-21 01:02:03+00", "b").text]) { _ = Cursor(reading: $0) },
        .text(
            "forwarded addresses", ["203.0.113.9, 10.0.0.1", "[::1]:80, ::ffff:10.0.0.1"],
            shapes: [
                Shape.repeated("10.0.0.1,"), Shape.repeated("::1,"), Shape.distinct(separator: ",") { "10.0.0.\($0)" },
            ]
        ) { _ = proxies?.clientAddress(peer: "10.0.0.1", forwardedFor: $0) },
        .text(
            "path of a route", ["/api/v1/conversations/1/messages"],
            shapes: [Shape.repeated("/a"), Shape.repeated("%2F")]
        ) {
            for route in routes { _ = route.match(method: "GET", path: $0) }
        },
        .text("content type", ["text/html; charset=utf-8", "application/problem+json"]) {
            _ = (ContentType.isText($0), ContentType.essence($0))
        },
        .text("header fields", ["a: b\nc: d"], shapes: [Shape.distinct(separator: "\n") { "h\($0): v" }]) { text in
            let headers = Headers(
                text.split(separator: "\n").map { line in
                    let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                    return (name: String(halves[0]), value: halves.count > 1 ? String(halves[1]) : "")
                })
            _ = HTTPEventResponse.json(Response(status: 200, headers: headers))
        },
        .text("webhook's signature settings", ["algorithm=HMAC_SHA256,key=a"], shapes: [Shape.repeated("algorithm=x,")])
        {
            let headers = Headers([(TwilioSignature.header, "x"), (TwilioSignature.settingsHeader, $0)])
            _ = signature.isValid(method: .get, url: "https://bot.example/hook", headers: headers, body: [])
        },
        ForeignParser(
            "webhook's signed form", samples: [Array("Body=Hi&From=%2B1555".utf8)],
            shapes: [Shape.distinct(separator: "&") { "n\($0)=v" }]
        ) { body in
            let headers = Headers([
                (TwilioSignature.header, "x"), ("content-type", "application/x-www-form-urlencoded"),
            ])
            _ = signature.isValid(method: .post, url: "https://bot.example/hook?a=b", headers: headers, body: body)
        },
    ]

    static let json = Array(
        #"{"version":"2.0","rawPath":"/a","headers":{"a":"b"},"requestContext":{"http":{"method":"GET"}},"body":"é"}"#
            .utf8)
    private static let proxies = TrustedProxies("10.0.0.0/8, ::1")
    private static let routes = ["GET /api/v1/{a}/{b}", "GET /{rest+}", "GET /api"].compactMap { Route($0) }
    private static let signature = TwilioSignature(authTokens: ["a", "b"])
}
