import Cryptography
import Foundation
import FunctionHost
import Support
import Testing
import Web

@testable import Pages

/// The start page and the answer for every other address.
@Suite struct PagesTests {
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

    private func get(_ path: String, accept: String?, isSandbox: Bool = false) async throws -> Response {
        let headers = Headers(accept.map { [("accept", $0)] } ?? [])
        return try await withFunction(.inProcess(Function(router: PagesHandler(isSandbox: isSandbox).router))) {
            try await $0.send(Request(method: .get, path: path, headers: headers))
        }
    }

    @Test(arguments: ["/nothing", "/api/v1/nothing", "/a/b/c"])
    func anUnknownAddressIsAPageForBrowsersAndAProblemForPrograms(_ path: String) async throws {
        let page = try await get(path, accept: Self.browser)
        #expect(page.status == 404)
        #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(page.headers["vary"] == "accept" && page.headers["cache-control"] == "no-store")
        for accept in [nil, "*/*", "application/json"] {
            let problem = try await get(path, accept: accept)
            #expect(problem.status == 404)
            #expect(problem.headers["content-type"] == "application/problem+json")
            #expect(try JSONValue(parsing: problem.body)["type"]?.string == "urn:parley:problem:not-found")
        }
    }

    @Test func theStartPageNamesThePhoneInTheSandboxOnly() async throws {
        for isSandbox in [true, false] {
            let page = try await get("/", accept: Self.browser, isSandbox: isSandbox)
            #expect(page.status == 200)
            #expect(String(decoding: page.body, as: UTF8.self).contains("/sandbox/phone") == isSandbox)
        }
    }

    /// The policy names the style's hash; without it a browser shows bare text.
    @Test func pagesLoadNothingAndTheirStyleIsTheOneThatThePolicyNames() async throws {
        let hash = "sha256-" + Data(HashFunction.sha256.hash(PageStyle.css.utf8)).base64EncodedString()
        #expect(PageStyle.hash == hash)
        for path in ["/", "/nothing"] {
            let page = try await get(path, accept: "text/html")
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("style-src '\(hash)'"))
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(text.contains("<style>\(PageStyle.css)</style>"))
            #expect(!text.contains("<script") && !text.contains("https://") && !text.contains("style=\""))
        }
    }

    @Test(arguments: [
        ("text/html", Audience.people), ("TEXT/HTML; q=0.5, */*", .people), ("application/xhtml+xml", .people),
        ("text/html;q=0.5, application/json", .programs), ("text/html;q=0", .programs), ("text/html;q=x", .programs),
        ("*/*", .programs), ("text/*", .programs), ("", .programs), (";;,,", .programs),
    ])
    func browsersNameHTML(_ accept: String, _ audience: Audience) {
        #expect(Audience(accept: accept) == audience)
    }
}
