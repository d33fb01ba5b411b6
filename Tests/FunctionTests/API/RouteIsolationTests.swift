import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

/// Every route of every `function.json`, called by one tenant with the ids of another.
@Suite struct RouteIsolationTests {
    /// Routes that prove their caller in another way than by a session, and how.
    private static let open: [String: String] = [
        "GET /health": "public", "GET /api/health": "public",
        "GET /": "public", "ANY /{path+}": "public",
        "POST /api/auth/login": "password", "POST /api/v1/auth/login": "password",
        "POST /api/auth/signup": "new account", "POST /api/v1/auth/signup": "new account",
        "GET /api/cron/reset-usage": "secret header",
        "POST /api/whatsapp/webhook": "provider's signature", "POST /api/hooks/twilio": "provider's signature",
        "POST /api/hooks/twilio/status": "provider's signature",
        "GET /api/v1/files/{token}": "signed address",
    ]

    private static func body(for route: String, _ thread: Thread) -> JSONValue? {
        let path = route.split(separator: " ")[1]
        return switch true {
        case route.hasPrefix("GET"), route.hasPrefix("DELETE"): nil
        case path.hasSuffix("/takeover"), path.hasSuffix("/return"), path.hasSuffix("/number"),
            path.hasSuffix("/logout"),
            path.hasSuffix("/reconnect"), path.hasSuffix("/disconnect"), path.hasSuffix("/uploads"):
            nil
        case path.hasSuffix("/pairing-code"): ["phone": "+15550001111"]
        case path.hasSuffix("/provision-number"): ["number": "+14155550199"]
        case path.hasSuffix("/conversations/{id}/messages"): ["message": "Hi"]
        case path.hasSuffix("/messages/send"), path.hasSuffix("/v1/messages"):
            .object([
                "account_id": .string(thread.channel.text), "number": "+15550001111", "message": "Hi",
            ])
        case path.hasSuffix("/media"):
            .object([
                "account_id": .string(thread.channel.text), "number": "+15550001111", "mimetype": "image/png",
                "url": "https://example.com/a.png",
            ])
        case path.hasSuffix("/poll"):
            .object([
                "account_id": .string(thread.channel.text), "number": "+15550001111", "question": "Which?",
                "options": ["A", "B"],
            ])
        case path.hasSuffix("/conversations/{id}"): ["status": "resolved"]
        case path.contains("/knowledge"): ["title": "t", "body": "b"]
        case path.contains("/credentials"): ["key": "a-key-of-bob-1234567890"]
        case path.contains("/training"): ["items": [["title": "t", "body": "b"]]]
        default: ["name": "Taken over"]
        }
    }

    @Test func noRouteGivesOrTakesAnythingOfAnotherTenant() async throws {
        try await TestAPI.with { api in
            let victim = try await Victim(api)
            let bob = try await api.signUp("bob")
            let before = try await victim.fingerprint()
            var attacked = 0
            for route in try Self.declared() where Self.open[route] == nil {
                for id in victim.ids {
                    for organization in [victim.alice.organization, nil] {
                        // The token dies with a logout; what a route did to bob is not the question.
                        let caller = route.hasSuffix("/logout") ? try api.visitor(try await api.login("bob")) : bob
                        let target = Self.filled(route, id: id)
                        let answer = try await api.call(
                            target, as: caller, Self.body(for: route, victim.thread), in: organization)
                        #expect(!victim.isNamed(in: answer.text, besides: id), "\(target): \(answer.text)")
                        if organization != nil && !Self.isOfNoTenant(route)
                            || route.contains("{id}") && !Self.writesNew(route)
                        {
                            #expect(
                                [403, 404].contains(answer.status),
                                "\(target) in \(organization?.text ?? "own"): \(answer.status) \(answer.text)")
                        }
                        attacked += 1
                    }
                }
            }
            #expect(attacked > 300)
            #expect(try await victim.fingerprint() == before, "a row of the victim was changed")
        }
    }

    @Test func noRouteOpensWithoutCredentials() async throws {
        try await TestAPI.with { api in
            let victim = try await Victim(api)
            let expired = [(name: "authorization", value: "Bearer x.y.z")]
            for route in try Self.declared() where Self.open[route] == nil {
                let target = Self.filled(route, id: victim.ids[0])
                for headers in [[], expired] {
                    let answer = try await api.call(target, Self.body(for: route, victim.thread), headers: headers)
                    #expect(answer.status == 401, "\(target): \(answer.status)")
                    #expect(!victim.isNamed(in: answer.text, besides: ""))
                }
            }
        }
    }

    @Test func everyRouteRefusesWhatNoClientSends() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let bodies: [[UInt8]] = [
                Array(repeating: UInt8(ascii: "["), count: 10 << 20), [0x22, 0xFF, 0x22], Array("{\"a\":".utf8),
                Array(#"{"__proto__":{},"$where":"1"}"#.utf8), Array("[]".utf8), Array("null".utf8),
            ]
            for route in try Self.declared() where Self.open[route] == nil && !route.hasSuffix("/logout") {
                for id in ["1;drop%20table%20users", "%00", "..%2F..%2Fetc", "{{7*7}}", alice.organization.text] {
                    let target = Self.filled(route, id: id, provider: "x'--", position: id)
                    for body in route.hasPrefix("GET") ? [[]] : bodies {
                        let answer = try await api.call(target, as: alice, raw: body)
                        #expect(answer.status < 500, "\(target): \(answer.text)")
                        #expect(
                            answer.status >= 400 || route.hasPrefix("GET") || Self.body(for: route, Thread()) == nil,
                            "\(target) took \(String(decoding: body.prefix(40), as: UTF8.self))")
                    }
                }
            }
        }
    }

    private static func filled(
        _ route: String, id: String, provider: String = "openai", position: String = "0"
    ) -> String {
        route.replacing("{id}", with: id).replacing("{provider}", with: provider)
            .replacing("{position}", with: position)
    }

    /// The user's own list and account: no organization is entered.
    private static func isOfNoTenant(_ route: String) -> Bool {
        let path = route.split(separator: " ")[1]
        return path.hasSuffix("/organizations") || path.contains("/auth/")
    }

    /// PUT with a new id makes an item of one's own; with a foreign one it is refused, which the answer check shows.
    private static func writesNew(_ route: String) -> Bool {
        route.hasPrefix("PUT")
    }

    private static func declared() throws -> [String] {
        struct Declaration: Decodable { var routes: [String]? }
        let folder = ProjectRoot.path + "/Functions"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { name -> [String] in
            let data = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)/function.json"))
            return try JSONDecoder().decode(Declaration.self, from: data).routes ?? []
        }
    }
}

/// A tenant with something of everything.
private struct Victim {
    let api: TestAPI
    let alice: Visitor
    let thread: Thread
    /// Whatever an attacker might have got hold of.
    let ids: [String]
    private let secrets: [String]

    init(_ api: TestAPI) async throws {
        self.api = api
        alice = try await api.signUp("alice")
        thread = try await api.seedConversation(in: alice.organization)
        let item = try await api.call(
            "POST /api/v1/knowledge", as: alice, ["title": "SECRET item", "body": "SECRET body"])
        _ = try await api.call("PUT /api/v1/credentials/groq", as: alice, ["key": "gsk-SECRET-SECRET-SECRET"])
        _ = try await api.call(
            "POST /api/organizations/\(alice.organization)/provision-number", as: alice, ["number": "+14155550142"])
        let line = try await api.call("POST /api/accounts", as: alice, ["name": "SECRET line"])
        let lineID = try #require(line.body["id"]?.string)
        try await api.db.owner.query(
            """
            update whatsapp_lines set qr = 'SECRET qr', qr_expires_at = now() + interval '1 hour', phone_number = '15550009999'
            where channel_id = \(try #require(ChannelID(lineID)))
            """)
        let persona = try await api.call("GET /api/v1/personas", as: alice).items.first?["id"]?.string
        ids = [
            alice.organization.text, thread.conversation.text, thread.message.text, thread.channel.text,
            try #require(item.body["id"]?.string), try #require(persona), lineID,
        ]
        secrets = [
            "SECRET", "alice", "+14155550142", "15550001111", "15550009999", alice.user.text, thread.contact.text,
        ]
    }

    /// `id`: the one the attacker sent, which an answer may repeat.
    func isNamed(in text: String, besides id: String) -> Bool {
        (secrets + ids.filter { $0 != id }).contains { text.contains($0) }
    }

    /// Every row of the tenant, in every table that has tenants.
    func fingerprint() async throws -> [String] {
        let tables = try await api.db.owner.query(
            """
            select relname as name from pg_class c where relnamespace = 'parley'::regnamespace and relkind = 'r'
                and exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'organization_id')
            order by 1
            """)
        var prints: [String] = []
        for table in tables {
            let name: String = try table["name"]
            let rows = try await api.db.owner.query(
                """
                select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as print
                from \(unescaped: name) t where organization_id = \(alice.organization)
                """)
            prints.append("\(name) \(try rows[0]["print"] as String)")
        }
        return prints
    }
}
