import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

@Suite struct OrganizationTests {
    @Test func aUserCreatesReadsChangesAndDeletesAnOrganization() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let made = try await api.call(
                "POST /api/organizations", as: alice,
                [
                    "name": "Bakery", "time_zone": "Europe/Berlin", "country": "DE",
                    "business_hours": [
                        "enabled": true, "week": ["mon": .array([["from": "09:00", "to": "17:00"]])],
                    ],
                ])
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.body["id"]?.string)
            let read = try await api.call("GET /api/organizations/\(id)", as: alice)
            #expect(read.body["business_hours"]?["week"]?["mon"]?.array?.count == 1)
            #expect(read.body["role"]?.string == "owner")
            #expect(read.body["usage"]?["limit"]?.integer == 500)
            let changed = try await api.call("PATCH /api/v1/organizations/\(id)", as: alice, ["away_message": "Closed"])
            #expect(changed.body["away_message"]?.string == "Closed")
            #expect(changed.body["name"]?.string == "Bakery", "what was not named stays")
            #expect(try await api.call("DELETE /api/organizations/\(id)", as: alice).status == 204)
            #expect(try await api.call("GET /api/organizations/\(id)", as: alice).status == 404)
            #expect(try await api.call("GET /api/organizations", as: alice).items.count == 1)
        }
    }

    @Test(arguments: [
        ("name", #"{"name":""}"#), ("name", #"{"name":5}"#), ("country", #"{"country":"de"}"#),
        ("time_zone", #"{"time_zone":"Mars/Olympus"}"#), ("time_zone", #"{"time_zone":"posixrules"}"#),
        ("time_zone", #"{"time_zone":"localtime"}"#), ("time_zone", #"{"time_zone":"Factory"}"#),
        ("time_zone", #"{"time_zone":"right/Europe/Berlin"}"#), ("website", #"{"website":"javascript:alert(1)"}"#),
        (
            "business_hours.week.mon[0].to",
            #"{"business_hours":{"enabled":true,"week":{"mon":[{"from":"09:00","to":"25:00"}]}}}"#
        ),
        ("business_hours.week.moon", #"{"business_hours":{"enabled":true,"week":{"moon":[]}}}"#),
        ("business_hours.holidays[0]", #"{"business_hours":{"enabled":true,"holidays":["9999-99-99"]}}"#),
        ("plan", #"{"plan":"enterprise"}"#), ("message_limit", #"{"message_limit":1000000}"#),
        ("is_platform", #"{"is_platform":true}"#),
    ])
    func aWrongFieldIsNamedAndChangesNothing(field: String, body: String) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let path = "/api/organizations/\(alice.organization)"
            let before = try await api.call("GET \(path)", as: alice)
            let answer = try await api.call("PATCH \(path)", as: alice, raw: Array(body.utf8))
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.field == field)
            #expect(try await api.call("GET \(path)", as: alice).text == before.text)
        }
    }

    @Test func listsAreReadPageByPageWithoutGapsOrRepeats() async throws {
        try await TestAPI.with(settings: ["ORGANIZATIONS_PER_USER": "20"]) { api in
            let alice = try await api.signUp("alice")
            for number in 0..<7 {
                if number.isMultiple(of: 3) { api.clock.advance(1) }
                _ = try await api.call("POST /api/organizations", as: alice, ["name": .string("Shop \(number)")])
            }
            var (seen, cursor): ([String], String?) = ([], nil)
            repeat {
                let page = try await api.call(
                    "GET /api/organizations?limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""), as: alice)
                seen += page.items.compactMap { $0["id"]?.string }
                cursor = page.body["next_cursor"]?.string
            } while cursor != nil
            #expect(seen.count == 8)
            #expect(Set(seen).count == 8)
            #expect(try await api.call("GET /api/organizations?cursor=forged", as: alice).field == "cursor")
            #expect(try await api.call("GET /api/organizations?limit=0", as: alice).field == "limit")
            #expect(try await api.call("GET /api/organizations?order=name", as: alice).field == "order")
        }
    }

    @Test func aRepeatWithTheSameKeyIsTheFirstAnswer() async throws {
        try await TestAPI.with { api in
            let (alice, bob) = (try await api.signUp("alice"), try await api.signUp("bob"))
            let first = try await api.call("POST /api/organizations", as: alice, ["name": "Shop"], key: "k")
            let again = try await api.call("POST /api/organizations", as: alice, ["name": "Shop"], key: "k")
            #expect(again.status == 201)
            #expect(again.text == first.text)
            #expect(again.response.headers["idempotent-replayed"] == "true")
            let location = try #require(first.response.headers["location"])
            #expect(again.response.headers["location"] == location)
            let other = try await api.call("POST /api/organizations", as: alice, ["name": "Other"], key: "k")
            #expect(other.status == 422)
            #expect(other.code == "idempotency-key-reused")
            #expect(
                try await api.call("POST /api/organizations", as: bob, ["name": "Shop"], key: "k").text != first.text)
            #expect(try await api.call("GET /api/organizations", as: alice).items.count == 2)
        }
    }

    @Test func aRefusedWriteGivesItsKeyBack() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let wrong = try await api.call(
                "POST /api/organizations", as: alice, ["name": "S", "time_zone": "Nowhere/Else"], key: "k")
            #expect(wrong.status == 422)
            #expect(try await api.call("POST /api/organizations", as: alice, ["name": "S"], key: "k").status == 201)
        }
    }

    @Test func aTryThatDiedIsRunAgainUnderTheSameID() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let first = try await api.call("POST /api/organizations", as: alice, ["name": "Shop"], key: "k")
            // The process died between the commit and the answer.
            try await api.db.owner.query(
                "update idempotency_keys set status = null, body = null, busy_until = \(api.clock.now.addingTimeInterval(60))"
            )
            let busy = try await api.call("POST /api/organizations", as: alice, ["name": "Shop"], key: "k")
            #expect(busy.status == 409)
            #expect(busy.response.headers["retry-after"] == "1")
            api.clock.advance(61)
            let again = try await api.call("POST /api/organizations", as: alice, ["name": "Shop"], key: "k")
            #expect(again.body["id"]?.string == first.body["id"]?.string)
            #expect(try await api.call("GET /api/organizations", as: alice).items.count == 2)
        }
    }

    @Test func rolesLimitWhatAMemberMay() async throws {
        try await TestAPI.with { api in
            let (alice, bob) = (try await api.signUp("alice"), try await api.signUp("bob"))
            let shop = try #require(
                try await api.call("POST /api/organizations", as: alice, ["name": "Shop"]).body["id"]?.string)
            for (role, patch, delete) in [("agent", 403, 403), ("admin", 200, 403), ("owner", 200, 204)] {
                try await api.db.owner.query(
                    """
                    insert into memberships (organization_id, user_id, role, created_at)
                    values (\(shop)::uuid, \(bob.user), \(role), now())
                    on conflict (organization_id, user_id) do update set role = excluded.role
                    """)
                #expect(try await api.call("GET /api/organizations/\(shop)", as: bob).status == 200)
                #expect(try await api.call("PATCH /api/organizations/\(shop)", as: bob, ["name": "B"]).status == patch)
                #expect(try await api.call("DELETE /api/organizations/\(shop)", as: bob).status == delete)
            }
        }
    }

    @Test func deletingAsksAboutTheNumber() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let shop = try #require(
                try await api.call("POST /api/organizations", as: alice, ["name": "Shop"]).body["id"]?.string)
            _ = try await api.call(
                "POST /api/organizations/\(shop)/provision-number", as: alice, ["number": "+14155550100"])
            let asked = try await api.call("DELETE /api/organizations/\(shop)", as: alice)
            #expect(asked.status == 409)
            #expect(asked.code == "numbers-attached")
            #expect(asked.body["detail"]?.string?.contains("+14155550100") == true)
            #expect(api.twilio.read { $0.releases } == 0)
            api.twilio.read { $0.failRelease = FakeTwilioNumbers.lost }
            #expect(try await api.call("DELETE /api/organizations/\(shop)?numbers=release", as: alice).status == 502)
            #expect(try await api.call("GET /api/organizations/\(shop)", as: alice).status == 200)
            #expect(try await api.call("DELETE /api/organizations/\(shop)?numbers=release", as: alice).status == 204)
            #expect(api.twilio.read { $0.owned.count } == 0)
        }
    }

    @Test func statisticsAreTheRows() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            _ = try await api.seedConversation(in: alice.organization)
            try await api.db.app.pipeline(
                for: alice.organization, [.countOutbound(3, of: alice.organization, at: api.clock.now)])
            let stats = try await api.call("GET /api/organizations/\(alice.organization)/stats", as: alice)
            #expect(stats.body["usage"]?["used"]?.integer == 3)
            #expect(stats.body["usage"]?["remaining"]?.integer == 497)
            #expect(stats.body["usage"]?["period"]?.string == "2026-11")
            #expect(stats.body["conversations"]?.integer == 1)
            let days = try #require(stats.body["days"]?.array)
            #expect(days.count == 30)
            #expect(days.last?["day"]?.string == "2026-11-21")
            #expect(days.reduce(0) { $0 + ($1["inbound"]?.integer ?? 0) } == 1)
        }
    }

    @Test func aLostDatabaseIsNobodysAnswer() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            try await api.db.owner.query("alter table organizations rename to elsewhere")
            await #expect(throws: PostgresError.self) {
                try await api.call("GET /api/organizations", as: alice)
            }
        }
    }
}
