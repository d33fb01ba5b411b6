import API
import Access
import Domain
import FoundationEssentials
import FunctionHost
import Postgres
import Providers
import Store
import Support
import Testing
import Web

/// S3: a stranger spends no money of the operator's (OWASP API6:2023).
@Suite struct SpendingTests {
    private func operatorOf(_ api: TestAPI) async throws -> Visitor {
        try api.visitor(
            try await api.call("POST /api/auth/login", ["username": "root", "password": "an operator's password"]))
    }

    private func buy(_ api: TestAPI, _ visitor: Visitor, _ number: String = "+14155550100") async throws -> Answer {
        try await api.call(
            "POST /api/organizations/\(visitor.organization)/provision-number", as: visitor,
            .object(["number": .string(number), "name": "Sales Line"]))
    }

    private func requests(_ api: TestAPI, _ root: Visitor) async throws -> [JSONValue] {
        try await api.call("GET /api/v1/number-requests", as: root).items
    }

    // MARK: Numbers

    @Test func aPurchaseWaitsForTheOperatorAndIsBoughtOnce() async throws {
        try await TestAPI.with(settings: ["NUMBER_PURCHASES": "approval"]) { api in
            let (alice, root) = (try await api.signUp("alice"), try await operatorOf(api))
            for _ in 0..<3 {
                let asked = try await buy(api, alice)
                #expect(asked.status == 201 && asked.body["status"]?.string == "waiting", "\(asked.text)")
            }
            #expect(api.twilio.read { $0.purchases } == 0)
            #expect(try await buy(api, alice, "+14155550101").code == "plan-limit", "what waits takes the plan's place")
            let waiting = try await requests(api, root)
            #expect(waiting.count == 1 && waiting[0]["organization"]?.string == "alice's shop")
            let id = try #require(waiting[0]["id"]?.string)
            #expect(try await api.call("GET /api/v1/number-requests", as: alice).status == 403)
            #expect(try await api.call("POST /api/v1/number-requests/\(id)/approve", as: alice).status == 403)
            let bought = try await api.call("POST /api/v1/number-requests/\(id)/approve", as: root)
            #expect(bought.status == 200 && bought.body["status"]?.string == "bought", "\(bought.text)")
            #expect(try await api.call("POST /api/v1/number-requests/\(id)/approve", as: root).status == 404)
            #expect(api.twilio.read { $0.purchases } == 1)
            #expect(try await requests(api, root).isEmpty)
            let name = try await api.db.owner.query("select name from parley.channels where provider_id = 'PN1'")
            #expect(try name[0]["name"] == "Sales Line")
        }
    }

    /// Whoever approves a number that needs papers was not asked for them.
    @Test func whatTheRegulatorWantsGoesWithTheRequest() async throws {
        try await TestAPI.with(settings: ["NUMBER_PURCHASES": "approval"]) { api in
            let (alice, root) = (try await api.signUp("alice"), try await operatorOf(api))
            let (address, bundle) = ("AD" + String(repeating: "a", count: 32), "BU" + String(repeating: "0", count: 32))
            let asked = try await api.call(
                "POST /api/organizations/\(alice.organization)/provision-number", as: alice,
                ["number": "+14155550100", "address_sid": .string(address), "bundle_sid": .string(bundle)])
            #expect(asked.body["status"]?.string == "waiting", "\(asked.text)")
            let id = try #require(try await requests(api, root).first?["id"]?.string)
            let bought = try await api.call("POST /api/v1/number-requests/\(id)/approve", as: root)
            #expect(bought.body["status"]?.string == "bought", "\(bought.text)")
            #expect(api.twilio.read { $0.papers } == TwilioPapers(addressSID: address, bundleSID: bundle))
        }
    }

    @Test func aRefusalIsToldAndFreesThePlace() async throws {
        try await TestAPI.with(settings: ["NUMBER_PURCHASES": "approval"]) { api in
            let (alice, root) = (try await api.signUp("alice"), try await operatorOf(api))
            _ = try await buy(api, alice)
            let id = try #require(try await requests(api, root).first?["id"]?.string)
            let refused = try await api.call(
                "POST /api/v1/number-requests/\(id)/refuse", as: root, ["reason": "Not in the trial."])
            #expect(refused.status == 204, "\(refused.text)")
            let list = try await api.call("GET /api/organizations/\(alice.organization)/numbers", as: alice)
            #expect(list.items.first?["status"]?.string == "refused")
            #expect(list.items.first?["reason"]?.string == "Not in the trial.")
            #expect(try await buy(api, alice, "+14155550101").body["status"]?.string == "waiting")
            let withdrawn = try await api.call(
                "DELETE /api/organizations/\(alice.organization)/provision-number", as: alice)
            #expect(withdrawn.status == 204, "\(withdrawn.text)")
            #expect(try await requests(api, root).isEmpty)
            #expect(api.twilio.read { $0.purchases } == 0)
        }
    }

    @Test func theOperatorBuysAtOnceAndNobodyWherePurchasesAreClosed() async throws {
        try await TestAPI.with(settings: ["NUMBER_PURCHASES": "closed"]) { api in
            let (alice, root) = (try await api.signUp("alice"), try await operatorOf(api))
            #expect(try await buy(api, alice).status == 403)
            #expect(try await buy(api, root).body["status"]?.string == "bought")
        }
    }

    @Test func withoutAWordPurchasesWait() throws {
        #expect(Configuration(environment: [:]).numberPurchases == "approval")
        #expect(Configuration(environment: ["NUMBER_PURCHASES": ""]).numberPurchases == "approval")
    }

    // MARK: Accounts and organizations

    @Test func signUpCanBeClosed() async throws {
        try await TestAPI.with(settings: ["SIGN_UP": "closed"]) { api in
            let answer = try await api.call(
                "POST /api/auth/signup",
                ["email": "eve@example.com", "password": "a long password", "business_name": "B"])
            #expect(answer.status == 403 && answer.code == "sign-up-closed")
            let users = try await api.db.owner.query("select count(*) as n from parley.users")
            #expect(try users[0]["n"] == 0)
            _ = try await operatorOf(api)
        }
    }

    @Test func anAddressSignsUpTwentyTimesAnHour() async throws {
        try await TestAPI.with { api in
            for number in 0..<20 { _ = try await api.signUp("user\(number)") }
            let refused = try await api.call(
                "POST /api/auth/signup",
                ["email": "user20@example.com", "password": "a long password", "business_name": "B"])
            #expect(refused.status == 429)
        }
    }

    /// Twelve at once, of which five may be; a deleted one makes room.
    @Test func aUserOwnsFiveOrganizations() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        try await api.call(
                            "POST /api/organizations", as: alice, .object(["name": .string("Shop \(number)")]))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let made = answers.filter { $0.status == 201 }
            #expect(made.count == 4, "beside the personal one")
            #expect(answers.filter { $0.status != 201 }.allSatisfy { $0.code == "too-many-organizations" })
            let one = try #require(made.first?.body["id"]?.string)
            #expect(try await api.call("DELETE /api/organizations/\(one)", as: alice).status == 204)
            #expect(try await api.call("POST /api/organizations", as: alice, ["name": "Another"]).status == 201)
            #expect(try await api.call("POST /api/organizations", as: alice, ["name": "More"]).status == 409)
        }
    }

    // MARK: Messages

    /// A plan of 500 of which 480 are used; 140 sends at once, by an API key and by a session.
    @Test func thePlansLastMessageIsSentOnce() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            try await use(480, of: alice, api)
            var script = alice
            script.token = try await key(alice, api)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { [script] group in
                for number in 0..<140 {
                    let caller = number.isMultiple(of: 2) ? alice : script
                    group.addTask {
                        try await api.call(
                            "POST /api/messages/send", as: caller,
                            .object([
                                "channel_id": .string(thread.channel.text), "number": "+15550001111",
                                "message": .string("Number \(number)"),
                            ]))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 202 } == 20, "\(Set(answers.map(\.text)).first ?? "")")
            #expect(answers.filter { $0.status != 202 }.allSatisfy { $0.code == "quota-exhausted" })
            #expect(try await used(alice, api) == 500)
            let queued = try await api.db.owner.query(
                "select count(*) as n from parley.messages where direction = 'outbound'")
            #expect(try queued[0]["n"] == 20)
        }
    }

    /// Semantics of the quota: a person's own answer to a customer who wrote goes on, and is counted.
    @Test func aPersonGoesOnAnsweringAndAKeyDoesNot() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            try await use(500, of: alice, api)
            let path = "POST /api/v1/conversations/\(thread.conversation)/messages"
            #expect(try await api.call(path, as: alice, ["message": "We are on it."]).status == 202)
            #expect(try await used(alice, api) == 501)
            var script = alice
            script.token = try await key(alice, api)
            let refused = try await api.call(path, as: script, ["message": "Automatic."])
            #expect(refused.status == 409 && refused.code == "quota-exhausted")
            #expect(try await used(alice, api) == 501)
        }
    }

    /// K27: the first answer is repeated whatever has changed since; also when only the message was left of that try.
    @Test(arguments: [true, false]) func aRepeatIsAnsweredBeforeAnythingIsAskedAgain(wasAnswered: Bool) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let path = "POST /api/v1/conversations/\(thread.conversation)/messages"
            api.clock.advance(86_400 - 120)
            let fresh = try api.visitor(try await api.login("alice"))
            let first = try await api.call(path, as: fresh, ["message": "Tomorrow at nine."], key: "k")
            #expect(first.status == 202)
            if !wasAnswered {
                // As if the process had died between its commit and its answer.
                try await api.db.owner.query(
                    """
                    update parley.idempotency_keys set status = null, body = null, content_type = null, location = null,
                        busy_until = \(api.clock.now)
                    """)
            }
            api.clock.advance(300)
            try await use(500, of: alice, api)
            let again = try await api.call(path, as: fresh, ["message": "Tomorrow at nine."], key: "k")
            #expect(again.status == 202 && again.body["id"] == first.body["id"], "\(again.text)")
            let other = try await api.call(path, as: fresh, ["message": "Tomorrow at ten."])
            #expect(other.code == "window-closed")
        }
    }

    private func key(_ visitor: Visitor, _ api: TestAPI) async throws -> String {
        let made = try await api.call(
            "POST /api/v1/api-keys", as: visitor, ["name": "Script", "scopes": ["messages:write"]])
        return try #require(made.body["secret"]?.string)
    }

    private func use(_ messages: Int, of visitor: Visitor, _ api: TestAPI) async throws {
        try await api.db.owner.query(
            """
            insert into parley.usage_periods (organization_id, period, outbound)
            values (\(visitor.organization), '2026-11', \(messages)::integer)
            on conflict (organization_id, period) do update set outbound = excluded.outbound
            """)
    }

    private func used(_ visitor: Visitor, _ api: TestAPI) async throws -> Int {
        let rows = try await api.db.owner.query(
            "select outbound from parley.usage_periods where organization_id = \(visitor.organization)")
        return try rows[0]["outbound"]
    }
}
