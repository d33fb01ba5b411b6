import Support
import Testing

@testable import LocalRunner

/// The sandbox opens by a word, on this machine only; what was forgotten closes.
@Suite struct SandboxChoiceTests {
    private func choice(
        _ word: Bool? = nil, _ environment: [String: String] = [:], _ address: String = "127.0.0.1"
    ) throws -> Bool {
        try SandboxChoice(word: word, environment: environment, address: address).isSandbox()
    }

    @Test func nothingConfiguredAtAllIsTheSandboxOnThisMachine() throws {
        #expect(try choice())
        #expect(try choice(true))
        #expect(try choice(true, ["PUBLIC_URL": "http://127.0.0.1:8080"], "::1"))
        #expect(throws: StartError.self) { try choice(nil, [:], "0.0.0.0") }
    }

    @Test func aWordOrAnAccountIsProduction() throws {
        #expect(try !choice(false))
        #expect(try !choice(false, ["TWILIO_ACCOUNT_SID": ""], "0.0.0.0"))
        #expect(try !choice(nil, ["TWILIO_ACCOUNT_SID": "AC0"], "0.0.0.0"))
    }

    /// S4: an empty variable opened the house.
    @Test(arguments: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_URL", "DATABASE_URL", "DASHBOARD_PASSWORD"])
    func aVariableThatWasLeftEmptyOpensNothing(_ name: String) throws {
        for value in ["", "something"] where !(name == "TWILIO_ACCOUNT_SID" && value != "") {
            let error = #expect(throws: StartError.self) { try choice(nil, [name: value]) }
            #expect(error?.description.hasPrefix(name) == true && error?.description.contains("--no-sandbox") == true)
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "parley.example.com", "127.0.0.1.example.com"])
    func noSandboxOffThisMachine(_ host: String) throws {
        let listening = #expect(throws: StartError.self) { try choice(true, [:], host) }
        #expect(listening?.description.contains("for this machine only") == true)
        guard host != "::" else { return }
        let told = #expect(throws: StartError.self) { try choice(true, ["PUBLIC_URL": "https://\(host)"]) }
        #expect(told?.description.contains("PUBLIC_URL") == true)
    }

    /// S2: without it all visitors count as one.
    @Test(
        arguments: [
            (["PUBLIC_URL": "https://bot.example.com"], "127.0.0.1", true),
            (["PUBLIC_URL": "https://bot.example.com"], "0.0.0.0", true),
            (["PUBLIC_URL": "http://bot.example.com"], "127.0.0.1", true),
            (["PUBLIC_URL": "http://192.0.2.1:8080"], "0.0.0.0", false),
            (["PUBLIC_URL": "http://127.0.0.1:8080"], "127.0.0.1", false),
            (["PUBLIC_URL": "https://bot.example.com", "TRUSTED_PROXIES": "127.0.0.1"], "127.0.0.1", false),
            ([:], "0.0.0.0", false),
        ] as [([String: String], String, Bool)])
    func aProxyThatIsNotNamedEndsTheStart(_ environment: [String: String], _ address: String, _ isRefused: Bool) {
        let rule = ProxyRule(environment: environment, address: address)
        guard isRefused else {
            #expect(throws: Never.self) { try rule.check() }
            return
        }
        let error = #expect(throws: StartError.self) { try rule.check() }
        #expect(error?.description.contains("TRUSTED_PROXIES must name its address") == true)
    }
}
