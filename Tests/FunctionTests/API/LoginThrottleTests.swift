import API
import Access
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// Wrong guesses slow down who guesses, and keep nobody else out.
@Suite struct LoginThrottleTests {
    /// S2: one name, several spellings.
    private static let spellings = [
        "alice@example.com", "ALICE@Example.Com", "ａｌｉｃｅ@example.com", "alice\u{200B}@example.com",
        " alice@example.com\n",
        "alice@\u{FEFF}example.com", "alice@ex\u{00AD}ample.com", "𝐚𝐥𝐢𝐜𝐞@example.com",
    ]

    private func enter(
        _ api: TestAPI, _ login: String, _ password: String, from address: String = "192.0.2.1",
        device: String? = nil
    ) async throws -> Answer {
        try await api.call(
            "POST /api/auth/login", .object(["email": .string(login), "password": .string(password)]),
            cookies: device.map { ["wa.device": $0] } ?? [:], from: address)
    }

    private func device(_ answer: Answer) throws -> String {
        let cookie = try #require(answer.response.cookies.first { $0.hasPrefix("wa.device=") })
        for attribute in ["HttpOnly", "SameSite=Lax", "Secure"] { #expect(cookie.contains(attribute)) }
        return String(try #require(cookie.split(separator: ";").first).dropFirst("wa.device=".count))
    }

    @Test func everySpellingCountsAndEntersAsOneName() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            for spelling in Self.spellings {
                #expect(
                    try await enter(api, spelling, "password of alice", from: "203.0.113.1").status == 200,
                    "\(spelling)")
            }
            for spelling in Self.spellings.prefix(5) {
                #expect(try await enter(api, spelling, "a wrong password", from: "203.0.113.2").status == 401)
            }
            for spelling in Self.spellings {
                #expect(
                    try await enter(api, spelling, "password of alice", from: "203.0.113.2").status == 429,
                    "\(spelling)")
            }
            let nul = try await enter(api, "alice\0@example.com", "password of alice", from: "203.0.113.3")
            #expect(nul.status == 422 && nul.field == "email")
        }
    }

    @Test func anAccountIsStoredUnderItsOneName() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            await #expect(throws: (any Error).self) {
                try await api.db.owner.query("update parley.users set email = 'ａlice@example.com'")
            }
        }
    }

    @Test func fiveWrongGuessesSlowOnlyTheirAddress() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            for _ in 0..<5 {
                #expect(try await enter(api, "alice@example.com", "a wrong guess", from: "203.0.113.1").status == 401)
            }
            let sixth = try await enter(api, "alice@example.com", "password of alice", from: "203.0.113.1")
            #expect(sixth.status == 429 && sixth.response.headers["retry-after"] == "900")
            #expect(try await enter(api, "alice@example.com", "password of alice", from: "198.51.100.9").status == 200)
            api.clock.advance(15 * 60)
            #expect(try await enter(api, "alice@example.com", "password of alice", from: "203.0.113.1").status == 200)
        }
    }

    /// K27, S2: strangers everywhere guess at once; the owner comes in from where they were before, and with their browser from anywhere.
    @Test(arguments: ["alice@example.com", "root"]) func nobodyIsLockedOutByStrangers(login: String) async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            let password = login == "root" ? "an operator's password" : "password of alice"
            let first = try await enter(api, login, password, from: "192.0.2.77")
            let device = try device(first)
            for number in 0..<50 {
                let guess = try await enter(api, login, "a wrong guess", from: "203.0.113.\(number)")
                #expect(guess.status == 401)
            }
            let stranger = try await enter(api, login, "a wrong guess", from: "198.51.100.1")
            #expect(stranger.status == 429, "all strangers together")
            #expect(try await enter(api, login, password, from: "192.0.2.77").status == 200)
            #expect(try await enter(api, login, password, from: "198.51.100.2", device: device).status == 200)
            #expect(
                try await enter(api, "bob@example.com", "a wrong guess", from: "198.51.100.3", device: device).status
                    == 401,
                "it is worth nothing for another account")
        }
    }

    @Test func aDeviceGuessesNoMoreThanAnybodyElse() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            let device = try device(try await enter(api, "alice@example.com", "password of alice"))
            for number in 0..<5 {
                let guess = try await enter(
                    api, "alice@example.com", "a wrong guess", from: "203.0.113.\(number)", device: device)
                #expect(guess.status == 401)
            }
            let sixth = try await enter(
                api, "alice@example.com", "password of alice", from: "203.0.113.9", device: device)
            #expect(sixth.status == 429)
            #expect(
                try await enter(api, "alice@example.com", "password of alice", device: "x" + device.dropFirst()).status
                    == 200)
        }
    }

    @Test func oneAddressTriesTwentyAccounts() async throws {
        try await TestAPI.with { api in
            var statuses: [Int] = []
            for number in 0...20 {
                statuses.append(try await enter(api, "victim\(number)@example.com", "a wrong guess").status)
            }
            #expect(statuses == Array(repeating: 401, count: 20) + [429])
        }
    }

    @Test func aRightPasswordForgetsItsCallersTriesAtItsAccount() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            for _ in 0..<4 {
                for _ in 0..<4 { _ = try await enter(api, "alice@example.com", "a wrong guess") }
                #expect(try await enter(api, "alice@example.com", "password of alice").status == 200)
            }
            // Guesses at others from the same address are not forgiven by it.
            for guess in 0..<19 { _ = try await enter(api, "victim\(guess)@example.com", "a wrong guess") }
            #expect(try await enter(api, "alice@example.com", "password of alice").status == 200)
            #expect(try await enter(api, "victim20@example.com", "a wrong guess").status == 401)
            #expect(try await enter(api, "victim21@example.com", "a wrong guess").status == 429)
        }
    }
}
