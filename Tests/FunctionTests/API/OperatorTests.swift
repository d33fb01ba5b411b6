import API
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

@testable import Access

/// Who is operator, and with which password, is what the environment says and nothing else.
@Suite struct OperatorTests {
    private static let sandbox = [
        "PARLEY_SANDBOX": "1", "DASHBOARD_USERNAME": "admin", "DASHBOARD_PASSWORD": "admin123",
    ]

    private func enter(_ api: TestAPI, _ name: String, _ password: String) async throws -> Answer {
        try await api.call(
            "POST /api/auth/login", .object(["username": .string(name), "password": .string(password)]))
    }

    private func isIn(_ visitor: Visitor, _ api: TestAPI) async throws -> [Int] {
        [
            try await api.call("GET /api/auth/user", as: visitor).status,
            try await api.call("GET /api/auth/user", cookies: ["wa.sid": visitor.cookie]).status,
        ]
    }

    /// As `parley up` does before it answers anybody.
    private func start(_ api: TestAPI, _ settings: [String: String]) async throws {
        let admin = try FirstAdmin(
            username: settings["DASHBOARD_USERNAME"], password: settings["DASHBOARD_PASSWORD"],
            isSandbox: settings["PARLEY_SANDBOX"] == "1")
        try await OperatorAccess(
            admin, secret: try Secret(TestAPI.secret), database: try api.database(as: .auth), clock: api.clock.clock,
            ids: IDSource(clock: api.clock.clock, randomness: .system)
        ).settle()
    }

    /// S1: a sandbox, then production on the same data, with the operator's name kept or changed.
    @Test(arguments: ["admin", "boss"]) func aSandboxOpensNothingInProduction(name: String) async throws {
        try await TestDatabase.with(isDivided: true) { db in
            let intruder = try await TestAPI.with(db, settings: Self.sandbox) { api in
                try await start(api, Self.sandbox)
                return try api.visitor(try await enter(api, "admin", "admin123"))
            }
            let production = ["DASHBOARD_USERNAME": name, "DASHBOARD_PASSWORD": "an own long password"]
            try await TestAPI.with(db, settings: production) { api in
                try await start(api, production)
                #expect(try await isIn(intruder, api) == [401, 401])
                #expect(try await enter(api, "admin", "admin123").status == 401)
                #expect(try await enter(api, "ADMIN", "admin123").status == 401)
                let hidden = try await enter(api, "admin\0", "admin123")
                #expect(hidden.status == 422 && hidden.field == "username")
                let operator_ = try await enter(api, name, "an own long password")
                #expect(operator_.status == 200 && operator_.body["user"]?["is_operator"]?.bool == true)
            }
        }
    }

    @Test func aNewNameIsTheSameAccountAndTheOldOneIsNobody() async throws {
        try await TestDatabase.with(isDivided: true) { db in
            let before = try await TestAPI.with(db) { api in
                try api.visitor(try await enter(api, "root", "an operator's password"))
            }
            let renamed = ["DASHBOARD_USERNAME": "Boss", "DASHBOARD_PASSWORD": "an operator's password"]
            try await TestAPI.with(db, settings: renamed) { api in
                try await start(api, renamed)
                #expect(try await isIn(before, api) == [401, 401])
                #expect(try await enter(api, "root", "an operator's password").status == 401)
                let after = try api.visitor(try await enter(api, "boss", "an operator's password"))
                #expect(after.user == before.user, "what the operator made stays theirs")
                let rows = try await api.db.owner.query("select count(*) as n from users where is_operator")
                #expect(try rows[0]["n"] == 1)
            }
        }
    }

    @Test func aStartWithTheSameNameAndPasswordEndsNoSession() async throws {
        let settings = ["DASHBOARD_USERNAME": "root", "DASHBOARD_PASSWORD": "an operator's password"]
        try await TestAPI.with { api in
            try await start(api, settings)
            let root = try api.visitor(try await enter(api, "root", "an operator's password"))
            let alice = try await api.signUp("alice")
            try await start(api, settings)
            #expect(try await isIn(root, api) == [200, 200])
            try await start(api, settings.merging(["DASHBOARD_PASSWORD": "another long password"]) { $1 })
            #expect(try await isIn(root, api) == [401, 401])
            #expect(try await isIn(alice, api) == [200, 200], "others' sessions are their own")
        }
    }

    /// What earlier versions left: several operators, each with a hash of a password.
    @Test func noStoredPasswordOpensAnOperatorsAccount() async throws {
        try await TestAPI.with { api in
            let hash = try PasswordHasher(cost: .init(logRounds: 4, blockSize: 8, parallelism: 1), randomness: .system)
                .hash("an old password")
            for name in ["old", "older"] {
                try await api.db.owner.query(
                    """
                    insert into parley.users (id, username, password_hash, is_operator, created_at, updated_at)
                    values (gen_random_uuid(), \(name), \(hash), true, now(), now())
                    """)
                #expect(try await enter(api, name, "an old password").status == 401)
            }
            #expect(try await enter(api, "root", "an operator's password").status == 200)
            let rows = try await api.db.owner.query("select count(*) as n from parley.users where is_operator")
            #expect(try rows[0]["n"] == 1)
        }
    }

    @Test func nobodySignsUpUnderTheOperatorsName() async throws {
        try await TestAPI.with(settings: ["DASHBOARD_USERNAME": "boss@example.com"]) { api in
            let answer = try await api.call(
                "POST /api/auth/signup",
                ["email": "Boss@example.com", "password": "a long password", "business_name": "B"])
            #expect(answer.status == 409 && answer.code == "email-taken")
        }
    }
}
