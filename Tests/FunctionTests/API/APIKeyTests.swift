import API
import Access
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

@Suite struct APIKeyTests {
    /// A visitor whose token is a key's secret.
    private func make(_ api: TestAPI, _ visitor: Visitor, _ scopes: [String], days: Int? = nil) async throws
        -> (id: String, program: Visitor)
    {
        var body: [String: JSONValue] = ["name": "Shop", "scopes": .array(scopes.map(JSONValue.string))]
        if let days { body["expires_in_days"] = .integer(days) }
        let made = try await api.call("POST /api/v1/api-keys", as: visitor, .object(body))
        #expect(made.status == 201, "\(made.text)")
        var program = visitor
        program.token = try #require(made.body["secret"]?.string)
        return (try #require(made.body["id"]?.string), program)
    }

    @Test func aKeyOpensWhatItsScopesSayAndNothingElse() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let (_, reader) = try await make(api, alice, ["knowledge:read"])
            let (_, writer) = try await make(api, alice, ["knowledge:write"])
            let item: JSONValue = ["title": "Hours", "body": "Open at seven"]
            #expect(try await api.call("GET /api/v1/knowledge", as: reader).status == 200)
            #expect(try await api.call("POST /api/v1/knowledge", as: reader, item).status == 403)
            #expect(try await api.call("POST /api/v1/knowledge", as: writer, item).status == 201)
            #expect(try await api.call("GET /api/v1/knowledge", as: writer).status == 403)
            for route in [
                "GET /api/v1/api-keys", "POST /api/v1/api-keys", "GET /api/v1/credentials",
                "GET /api/v1/organizations/\(alice.organization)/numbers", "GET /api/v1/channels",
            ] {
                #expect(try await api.call(route, as: writer).status == 403, "\(route)")
            }
            #expect(try await api.call("GET /api/v1/auth/user", as: writer).status == 401)
        }
    }

    @Test func aKeyIsOfOneOrganization() async throws {
        try await TestAPI.with { api in
            let (alice, bob) = (try await api.signUp("alice"), try await api.signUp("bob"))
            let (id, program) = try await make(api, alice, ["knowledge:read", "analytics:read"])
            #expect(
                try await api.call("GET /api/v1/knowledge", as: program, in: alice.organization).status == 200)
            #expect(try await api.call("GET /api/v1/knowledge", as: program, in: bob.organization).status == 404)
            let stats = "GET /api/v1/organizations/"
            #expect(try await api.call("\(stats)\(alice.organization)/stats", as: program).status == 200)
            #expect(try await api.call("\(stats)\(bob.organization)/stats", as: program).status == 404)
            #expect(try await api.call("DELETE /api/v1/api-keys/\(id)", as: bob).status == 404)
            #expect(try await api.call("GET /api/v1/api-keys", as: bob).items.isEmpty)
        }
    }

    @Test func aRevokedAnExpiredAndAnOrphanedKeyOpenNothing() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let (id, revoked) = try await make(api, alice, ["knowledge:read"])
            let (_, expired) = try await make(api, alice, ["knowledge:read"], days: 1)
            let (_, orphan) = try await make(api, alice, ["knowledge:read"])
            for program in [revoked, expired, orphan] {
                #expect(try await api.call("GET /api/v1/knowledge", as: program).status == 200)
            }
            for _ in 0..<2 { #expect(try await api.call("DELETE /api/v1/api-keys/\(id)", as: alice).status == 204) }
            #expect(try await api.call("GET /api/v1/knowledge", as: revoked).status == 401)
            api.clock.advance(86_400)
            #expect(try await api.call("GET /api/v1/knowledge", as: expired).status == 401)
            try await api.db.owner.query("update organizations set deleted_at = now()")
            #expect(try await api.call("GET /api/v1/knowledge", as: orphan).status == 401)
        }
    }

    @Test func theSecretIsShownOnceAndNotStored() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let (_, program) = try await make(api, alice, ["knowledge:read"])
            #expect(try await api.call("GET /api/v1/knowledge", as: program).status == 200)
            let list = try await api.call("GET /api/v1/api-keys", as: alice)
            #expect(!list.text.contains(program.token))
            let prefix = try #require(list.items.first?["prefix"]?.string)
            #expect(program.token.hasPrefix(prefix) && list.items.first?["last_used_at"]?.string != nil)
            let rows = try await api.db.owner.query("select api_keys::text as dump from api_keys")
            #expect(try !(rows[0]["dump"] as String).contains(program.token.dropFirst(50)))
        }
    }

    @Test func aWrongSecretOfARightKeyIsRefused() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            var (_, program) = try await make(api, alice, ["knowledge:read"])
            let right = program.token
            let changed = String(right.dropLast(2)) + (right.hasSuffix("AA") ? "BA" : "AA")
            for token in [changed, String(right.dropLast(4)), "pk_", "pk_AAAA", right + "AAAA"] {
                program.token = token
                #expect(try await api.call("GET /api/v1/knowledge", as: program).status == 401, "\(token)")
            }
        }
    }

    @Test func onlyAdminsMakeKeys() async throws {
        try await TestAPI.with { api in
            let (alice, ben) = (try await api.signUp("alice"), try await api.signUp("ben"))
            try await api.db.owner.query(
                """
                insert into memberships (organization_id, user_id, role, created_at)
                values (\(alice.organization), \(ben.user), 'agent', now())
                """)
            let body: JSONValue = ["name": "Mine", "scopes": ["knowledge:read"]]
            let refused = try await api.call("POST /api/v1/api-keys", as: ben, body, in: alice.organization)
            #expect(refused.status == 403)
            let wrong = try await api.call(
                "POST /api/v1/api-keys", as: alice, ["name": "A", "scopes": ["members:read"]])
            #expect(wrong.field == "scopes[0]")
        }
    }

    @Test func aKeyIsNeverMoreThanAnAgent() {
        for scope in KeyScope.all { #expect(scope.role == (scope.right == .write ? .agent : .viewer)) }
        for endpoint in TestAPI.functions.flatMap(\.endpoints) {
            guard case .member(_, _, let scope?) = endpoint.admittance else { continue }
            #expect((scope.right == .read) == (endpoint.method == .get), "\(endpoint.declaration)")
        }
    }
}
