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
        for password in [nil, "", "admin123"] {
            #expect(throws: FirstAdminError.noPassword) {
                try FirstAdmin(username: "x", password: password, isSandbox: false)
            }
        }
        #expect(throws: Never.self) { try FirstAdmin(username: nil, password: "another one", isSandbox: false) }
        let sandbox = try FirstAdmin(username: nil, password: nil, isSandbox: true)
        #expect(sandbox.username == "admin" && sandbox.matches("admin123") && !sandbox.matches("admin1234"))
    }

    @Test(arguments: [
        "1", "password", "Password1", "        ", "aaaaaaaaaaaa", "boss.person", "QWERTYUIOP", "football1",
    ])
    func whatIsGuessedAtOnceIsNoPassword(_ password: String) throws {
        #expect(PasswordRule.objection(to: password, of: ["Boss.Person@example.com"]) != nil)
        let error = #expect(throws: FirstAdminError.self) {
            try FirstAdmin(username: "boss.person", password: password, isSandbox: false)
        }
        #expect(error.map { "\($0)".hasPrefix("DASHBOARD_PASSWORD is too weak: ") } == true)
    }

    @Test func anyOtherTextOfEightCharactersIsAPassword() {
        for password in ["correct horse", "ñandúñan", "🙂🙂🙃🙃🙂🙃🙂🙃", "tr0ub4dor&3", " spaces around "] {
            #expect(PasswordRule.objection(to: password, of: ["a@example.com"]) == nil, "\(password)")
        }
        #expect(FrequentPasswords.list.split(separator: " ").count >= 3_000, "ASVS 6.2.4")
    }

    /// Characters are counted at the lower end, bytes at the upper.
    @Test func aPasswordOfFewCharactersIsShortHoweverManyBytesTheyTake() {
        #expect(PasswordRule.objection(to: "🙂🙃", of: []) != nil)
        #expect(PasswordRule.objection(to: "ñandúña", of: []) != nil)
        #expect(PasswordRule.objection(to: String(repeating: "🙂🙃", count: 40), of: []) != nil)
    }

    @Test(arguments: ["", "a b", "é", "a\0b", String(repeating: "a", count: 101)])
    func anOperatorsNameIsPlain(_ name: String) {
        #expect(throws: FirstAdminError.username) {
            try FirstAdmin(username: name, password: "a long password", isSandbox: true)
        }
    }

    @Test(arguments: [String(repeating: "a", count: 32), String(repeating: "ab1", count: 20), "short"])
    func aSecretOfLittleStrengthIsNone(_ text: String) {
        #expect(throws: WeakSecret.self) { try Secret(text) }
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
