import Access
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

@Suite struct AuthTests {
    @Test func signUpMakesAUserAPersonalOrganizationAndItsPersonas() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let user = try await api.call("GET /api/auth/user", as: alice)
            #expect(user.status == 200)
            #expect(user.body["user"]?["email"]?.string == "alice@example.com")
            let organizations = try #require(user.body["organizations"]?.array)
            #expect(organizations.count == 1)
            #expect(organizations.first?["role"]?.string == "owner")
            #expect(organizations.first?["is_personal"]?.bool == true)
            let personas = try await api.call("GET /api/v1/personas", as: alice)
            #expect(Set(personas.items.compactMap { $0["name"]?.string }) == ["Sales", "Support", "General"])
        }
    }

    @Test func anAddressSignsUpOnce() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            let again = try await api.call(
                "POST /api/auth/signup",
                ["email": "ALICE@example.com", "password": "another password", "business_name": "B"])
            #expect(again.status == 409)
            #expect(again.field == "email")
            let rows = try await api.db.owner.query("select count(*) as n from users")
            #expect(try rows[0]["n"] == 1)
        }
    }

    @Test(arguments: [
        ("email", #"{"email":"no","password":"12345678","business_name":"B"}"#),
        ("email", #"{"email":"a@b@c.de","password":"12345678","business_name":"B"}"#),
        ("password", #"{"email":"a@b.de","password":"short","business_name":"B"}"#),
        ("business_name", #"{"email":"a@b.de","password":"12345678","business_name":"   "}"#),
        ("business_name", #"{"email":"a@b.de","password":"12345678"}"#),
        ("role", #"{"email":"a@b.de","password":"12345678","business_name":"B","role":"operator"}"#),
    ])
    func signUpNamesTheWrongField(field: String, body: String) async throws {
        try await TestAPI.with { api in
            let answer = try await api.call("POST /api/auth/signup", raw: Array(body.utf8))
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.field == field)
        }
    }

    @Test func loginGivesACookieAndABearerTokenThatEndWithLogout() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            let login = try await api.login("alice")
            let cookie = try #require(login.response.cookies.first)
            #expect(cookie.hasPrefix("wa.sid="))
            for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=86400", "Path=/"] {
                #expect(cookie.contains(attribute))
            }
            let alice = try api.visitor(login)
            #expect(try await api.call("GET /api/auth/user", cookies: ["wa.sid": alice.cookie]).status == 200)
            #expect(try await api.call("POST /api/auth/logout", as: alice).status == 200)
            #expect(try await api.call("GET /api/auth/user", as: alice).status == 401)
            #expect(try await api.call("GET /api/auth/user", cookies: ["wa.sid": alice.cookie]).status == 401)
        }
    }

    @Test func theTokenItselfIsNotStored() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let rows = try await api.db.owner.query("select sessions::text || users::text as dump from sessions, users")
            let dump: String = try rows[0]["dump"]
            #expect(!dump.contains(alice.cookie) && !dump.contains("password of alice"))
            #expect(dump.contains("$scrypt$ln=4,r=8,p=1$"))
        }
    }

    @Test func wrongPasswordAndUnknownAddressAnswerTheSame() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            let wrong = try await api.login("alice", password: "wrong password")
            let unknown = try await api.login("nobody")
            #expect(wrong.status == 401)
            #expect(wrong.text == unknown.text)
        }
    }

    @Test func parallelTriesCannotSlipPastTheLimit() async throws {
        try await TestAPI.with { api in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await api.login("nobody").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 401 } == 5)
            #expect(statuses.count { $0 == 429 } == 15)
        }
    }

    @Test func sessionsRollForADayAndEndWithoutUse() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            for _ in 0..<3 {
                api.clock.advance(23 * 3600)
                let answer = try await api.call("GET /api/auth/user", cookies: ["wa.sid": alice.cookie])
                #expect(answer.status == 200)
                #expect(answer.response.cookies.first?.contains("Max-Age=86400") == true)
            }
            api.clock.advance(24 * 3600)
            #expect(try await api.call("GET /api/auth/user", cookies: ["wa.sid": alice.cookie]).status == 401)
        }
    }

    @Test func anotherBrowserEndsTheSession() async throws {
        try await TestAPI.with { api in
            _ = try await api.signUp("alice")
            let alice = try api.visitor(try await api.login("alice", agent: "Firefox"))
            let mine = [(name: "user-agent", value: "Firefox")]
            #expect(
                try await api.call("GET /api/auth/user", headers: mine, cookies: ["wa.sid": alice.cookie]).status == 200
            )
            let thief = try await api.call(
                "GET /api/auth/user", headers: [(name: "user-agent", value: "curl")], cookies: ["wa.sid": alice.cookie])
            #expect(thief.status == 401)
            #expect(
                try await api.call("GET /api/auth/user", headers: mine, cookies: ["wa.sid": alice.cookie]).status == 401
            )
        }
    }

    @Test func cookieWritesNeedTheTokenOfTheirSession() async throws {
        try await TestAPI.with { api in
            let (alice, bob) = (try await api.signUp("alice"), try await api.signUp("bob"))
            func rename(_ headers: [(name: String, value: String)]) async throws -> Int {
                try await api.call(
                    "PATCH /api/organizations/\(alice.organization)", ["name": "New"], headers: headers,
                    cookies: ["wa.sid": alice.cookie]
                ).status
            }
            #expect(try await rename([]) == 403)
            #expect(try await rename([(name: "x-csrf-token", value: bob.csrf)]) == 403)
            #expect(try await rename([(name: "x-csrf-token", value: alice.csrf)]) == 200)
            let crossSite = [(name: "x-csrf-token", value: alice.csrf), (name: "sec-fetch-site", value: "cross-site")]
            #expect(try await rename(crossSite) == 403)
        }
    }

    @Test func bearerTokensExpireAndCannotBeForged() async throws {
        try await TestAPI.with { api in
            var alice = try await api.signUp("alice")
            let parts = alice.token.split(separator: ".")
            let original = alice.token
            let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.\(parts[1])."
            let forged = try BearerTokens(secret: Secret("another secret that is also long enough")).issue(
                user: alice.user, session: SessionID(UUID()), at: api.clock.now)
            for token in [none, forged, "\(parts[0]).\(parts[1]).AAAA", "x", ""] {
                alice.token = token
                #expect(try await api.call("GET /api/auth/user", as: alice).status == 401)
            }
            alice.token = original
            #expect(try await api.call("GET /api/auth/user", as: alice).status == 200)
            api.clock.advance(3600)
            #expect(try await api.call("GET /api/auth/user", as: alice).status == 401)
        }
    }

    @Test func theFirstAdministratorIsMadeAtTheFirstLogin() async throws {
        try await TestAPI.with { api in
            func login(_ password: String) async throws -> Answer {
                try await api.call(
                    "POST /api/auth/login", .object(["username": "root", "password": .string(password)]))
            }
            #expect(try await login("an operator's passwort").status == 401)
            for _ in 0..<2 {
                let answer = try await login("an operator's password")
                #expect(answer.status == 200)
                #expect(answer.body["user"]?["is_operator"]?.bool == true)
                #expect(answer.body["organizations"]?.array?.first?["name"]?.string == "Platform")
            }
            let rows = try await api.db.owner.query("select count(*) as n from users")
            #expect(try rows[0]["n"] == 1)
        }
    }

    @Test func foreignTextIsOnlyText() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            for text in ["' or 1=1 --", "'; drop table users; --", "{{7*7}}${7*7}", "%s%n", "\u{202E}x"] {
                let answer = try await api.call(
                    "POST /api/auth/login", .object(["email": .string(text), "password": .string(text)]),
                    from: "198.51.100.\(text.utf8.count)")
                #expect(answer.status == 401)
            }
            #expect(try await api.call("GET /api/auth/user", as: alice).status == 200)
        }
    }

    @Test func brokenBodiesAreRefused() async throws {
        try await TestAPI.with { api in
            let large = Array(repeating: UInt8(ascii: "a"), count: 10 << 20)
            let tooLarge = try await api.call("POST /api/auth/login", raw: large)
            #expect(tooLarge.status == 413)
            #expect(try await api.call("POST /api/auth/login", raw: [0x7B, 0x22, 0xFF, 0xFE, 0x22]).status == 400)
            #expect(try await api.call("POST /api/auth/login", raw: Array("{".utf8)).status == 400)
            #expect(try await api.call("POST /api/auth/login", raw: []).status == 400)
            let form = [(name: "content-type", value: "application/x-www-form-urlencoded")]
            #expect(try await api.call("POST /api/auth/login", headers: form, raw: Array("a=b".utf8)).status == 415)
        }
    }
}

extension TestAPI {
    func login(
        _ name: String, password: String? = nil, from address: String = "192.0.2.1", agent: String? = nil
    ) async throws -> Answer {
        try await call(
            "POST /api/auth/login",
            .object([
                "email": .string("\(name)@example.com"), "password": .string(password ?? "password of \(name)"),
            ]), headers: agent.map { [(name: "user-agent", value: $0)] } ?? [], from: address)
    }
}
