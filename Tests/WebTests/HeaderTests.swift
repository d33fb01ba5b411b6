import Testing
import Web

@Suite struct HeaderTests {
    @Test func cookiesAreParsedAsBrowsersSendThem() {
        #expect(Cookies.parse(["a=1; b=2", "c=\"3\""]) == ["a": "1", "b": "2", "c": "3"])
        #expect(Cookies.parse(["a=1; a=2", "=3; junk; d="]) == ["a": "1", "d": ""])
        #expect(Cookies.parse(["a=b=c"]) == ["a": "b=c"])
        #expect(Cookies.parse([(0..<100).map { "c\($0)=1" }.joined(separator: ";")]).count == 64)
    }

    @Test func cookiesAreSetWithEveryGuard() {
        #expect(
            SetCookie("wa.sid", "abc", maxAge: 3600, isSecure: true).text
                == "wa.sid=abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure")
        var cookie = SetCookie("x", "", isSecure: false)
        cookie.sameSite = .strict
        cookie.isHTTPOnly = false
        #expect(cookie.text == "x=; Path=/; SameSite=Strict")
    }

    @Test(
        arguments: [
            ("203.0.113.9", nil, "203.0.113.9"),
            ("203.0.113.9", "6.6.6.6", "203.0.113.9"),
            ("10.1.2.3", nil, "10.1.2.3"),
            ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
            ("10.1.2.3", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            ("10.1.2.3", "6.6.6.6, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
            ("10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
            ("10.1.2.3", "6.6.6.6, garbage", "10.1.2.3"),
            ("::1", "2001:db8::7", "2001:db8::7"),
            ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("11.0.0.1", "203.0.113.9", "11.0.0.1"),
        ] as [(String, String?, String)]) func onlyTrustedProxiesAreBelieved(
            peer: String, forwarded: String?, client: String
        ) throws
    {
        let proxies = try #require(TrustedProxies("10.0.0.0/8, ::1"))
        #expect(proxies.clientAddress(peer: peer, forwardedFor: forwarded) == client)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0", "x", "::/129", "10.0.0.0/8/8", "10.0.0.0/"])
    func malformedNetworksAreRefused(list: String) {
        #expect(TrustedProxies(list) == nil)
    }

    @Test func pagesAndDataHavePoliciesOfTheirOwn() {
        func policy(_ type: String, own: String? = nil) -> String? {
            var response = Response.text("", type: type)
            if let own { response.headers.add("content-security-policy", own) }
            SecurityHeaders(isHTTPS: false).add(to: &response, requestID: "r")
            #expect(response.headers["strict-transport-security"] == nil)
            #expect(response.headers["x-request-id"] == "r")
            return response.headers["content-security-policy"]
        }
        #expect(policy("application/json") == "default-src 'none'; frame-ancestors 'none'")
        #expect(policy("text/html; charset=utf-8")?.hasPrefix("default-src 'self'; frame-ancestors 'none'") == true)
        #expect(policy("text/html", own: "default-src 'self'") == "default-src 'self'")
    }

    @Test func problemsSayWhenToComeBack() throws {
        let response = Problem.response(.tooManyTries(retryAfter: 30), requestID: "r")
        #expect(response.status == 429)
        #expect(response.headers["retry-after"] == "30")
        let problem = try JSONValue(parsing: response.body)
        #expect(problem["title"]?.string == "Too Many Requests")
        #expect(problem["field"] == nil)
    }
}
