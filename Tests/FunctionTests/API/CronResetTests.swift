import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

@Suite struct CronResetTests {
    private func reset(_ api: TestAPI, _ secret: String?) async throws -> Answer {
        try await api.call(
            "GET /api/cron/reset-usage", headers: secret.map { [(name: "x-cron-secret", value: $0)] } ?? [])
    }

    @Test func onlyTheSecretOpensIt() async throws {
        try await TestAPI.with { api in
            for secret in [nil, "", "cron secre", "cron secret "] {
                #expect(try await reset(api, secret).status == 401)
            }
            let right = try await reset(api, TestAPI.cronSecret)
            #expect(right.text == #"{"ok":true}"#)
        }
    }

    @Test func periodsCloseInTheirOwnTimeZoneAndQuotasDoNotCare() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let path = "/api/organizations/\(alice.organization)"
            _ = try await api.call("PATCH \(path)", as: alice, ["time_zone": "Pacific/Auckland"])
            try await api.db.app.pipeline(
                for: alice.organization, [.countOutbound(500, of: alice.organization, at: api.clock.now)])
            // Still November in UTC, already December in Auckland: nobody has run the reset yet.
            api.clock.advance(9.5 * 86_400 + 3600)
            let back = try api.visitor(try await api.login("alice"))
            let usage = try await api.call("GET \(path)", as: back).body["usage"]
            #expect(usage?["period"]?.string == "2026-12")
            #expect(usage?["remaining"]?.integer == 500)
            for closed in [1, 0] {
                let before = try await closedPeriods(api)
                #expect(try await reset(api, TestAPI.cronSecret).status == 200)
                #expect(try await closedPeriods(api) - before == closed)
            }
        }
    }

    private func closedPeriods(_ api: TestAPI) async throws -> Int {
        try await api.db.owner.query("select count(*) as n from usage_periods where closed_at is not null")[0]["n"]
    }

    @Test func whatHadItsTimeIsPruned() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            _ = try await api.call("POST /api/organizations", as: alice, ["name": "Shop"], key: "k")
            _ = try await api.login("nobody")
            api.clock.advance(25 * 3600)
            _ = try await api.login("alice")
            #expect(try await reset(api, TestAPI.cronSecret).status == 200)
            for (table, left) in [("sessions", 1), ("idempotency_keys", 0), ("login_attempts", 0)] {
                let rows = try await api.db.owner.query("select count(*) as n from \(unescaped: table)")
                #expect(try rows[0]["n"] == left, "\(table)")
            }
        }
    }
}
