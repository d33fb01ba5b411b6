import Domain
import Support
import Testing
import Web

@testable import Access

@Suite struct AccessRuleTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7"), ("unknown", "unknown"),
        ("x:y", "x:y"),
    ])
    func addressesAreCountedByTheirNetwork(address: String, counted: String) {
        #expect(countedAddress(address) == counted)
    }

    @Test func theDefaultPasswordIsForTheSandbox() throws {
        #expect(throws: FirstAdminError.self) { try FirstAdmin(username: nil, password: nil, isSandbox: false) }
        #expect(throws: FirstAdminError.self) { try FirstAdmin(username: "x", password: "admin123", isSandbox: false) }
        #expect(throws: FirstAdminError.self) { try FirstAdmin(username: "x", password: "", isSandbox: false) }
        #expect(throws: Never.self) { try FirstAdmin(username: nil, password: "another", isSandbox: false) }
        let sandbox = try FirstAdmin(username: nil, password: nil, isSandbox: true)
        #expect(sandbox.username == "admin" && sandbox.matches("admin123") && !sandbox.matches("admin1234"))
    }

    @Test func rolesAreOrdered() {
        #expect(Role.viewer < .agent && Role.agent < .admin && Role.admin < .owner && !(Role.owner < .agent))
    }

    @Test(arguments: [
        ("a@b.de", true), ("first.last+tag@sub.example.com", true), ("@b.de", false), ("a@", false), ("a@b", false),
        ("a@b..de", false), ("a b@c.de", false), ("a@b.de\n", false), ("a@b@c.de", false), ("ä@b.de", false),
        ("<a@b.de>", false),
    ])
    func addressesLookLikeAddresses(email: String, isOne: Bool) throws {
        #expect(((try? checkedEmail(email, field: "email")) != nil) == isOne)
    }

    @Test func textIsCountedAsTheDatabaseCounts() throws {
        #expect(throws: Never.self) { try checkedText(String(repeating: "🙂", count: 10), field: "f", 1...10) }
        #expect(throws: Fault.self) { try checkedText(String(repeating: "🙂", count: 11), field: "f", 1...10) }
        #expect(throws: Fault.self) { try checkedText("a\0b", field: "f", 1...10) }
        #expect(throws: Fault.self) { try checkedText(" \n ", field: "f", 1...10) }
        #expect(throws: Never.self) { try checkedText("", field: "f", 0...10) }
    }

    @Test func onlyHTTPSInstallationsSetSecureCookies() {
        #expect(SessionCookie(publicURL: "https://bot.example.com").setting("t").hasSuffix("; Secure"))
        #expect(!SessionCookie(publicURL: "http://127.0.0.1:3000").setting("t").contains("Secure"))
        #expect(SessionCookie(publicURL: "http://x").clearing().contains("Max-Age=0"))
    }

    @Test func writesAreTheMethodsThatWrite() {
        #expect(Request.Method.allCases.filter(\.isWrite) == [.delete, .patch, .post, .put])
    }
}
