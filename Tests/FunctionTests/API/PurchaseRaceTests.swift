import API
import Conversation
import Domain
import FoundationEssentials
import Postgres
import Providers
import Store
import Support
import Testing
import Web

/// A decision about a purchase holds only while the purchase is what it was when it was read.
@Suite struct PurchaseRaceTests {
    private static let approval = ["NUMBER_PURCHASES": "approval"]

    private func operatorOf(_ api: TestAPI) async throws -> Visitor {
        try api.visitor(
            try await api.call("POST /api/auth/login", ["username": "root", "password": "an operator's password"]))
    }

    private func buy(_ api: TestAPI, _ visitor: Visitor, papers: JSONValue? = nil) async throws -> Answer {
        var body: [String: JSONValue] = ["number": "+14155550100", "name": "Sales Line"]
        if let papers { body["address_sid"] = papers }
        return try await api.call(
            "POST /api/organizations/\(visitor.organization)/provision-number", as: visitor, .object(body))
    }

    private func request(_ api: TestAPI, _ root: Visitor) async throws -> JSONValue? {
        try await api.call("GET /api/v1/number-requests", as: root).items.first
    }

    private func purchase(_ api: TestAPI, _ visitor: Visitor) async throws -> NumberPurchase {
        let store = NumberStore(database: try api.database(as: .api))
        return try #require(try await store.purchase(of: "+14155550100", by: visitor.organization))
    }

    private func status(_ api: TestAPI) async throws -> String? {
        try await api.db.owner.query("select status from parley.number_purchases").first?["status"]
    }

    @Test func whatWasRefusedWhileItWasReadIsNotBought() async throws {
        try await TestAPI.with(settings: Self.approval) { api in
            let alice = try await api.signUp("alice")
            _ = try await buy(api, alice)
            let store = NumberStore(database: try api.database(as: .api))
            let read = try await purchase(api, alice)
            #expect(try await store.refuse(read, reason: "No.", at: api.clock.now))
            await #expect(throws: NumberStoreError.changed) {
                _ = try await store.approve(read, limit: \.numberLimit, at: api.clock.now)
            }
            await #expect(throws: NumberStoreError.changed) { try await store.withdraw(read, at: api.clock.now) }
            #expect(try await status(api) == "refused")
        }
    }

    @Test func whatIsBeingBoughtIsNotGivenBackMeanwhile() async throws {
        try await TestAPI.with(settings: Self.approval) { api in
            let alice = try await api.signUp("alice")
            _ = try await buy(api, alice)
            let store = NumberStore(database: try api.database(as: .api))
            let read = try await purchase(api, alice)
            let approved = try await store.approve(read, limit: \.numberLimit, at: api.clock.now)
            await #expect(throws: NumberStoreError.changed) { try await store.withdraw(read, at: api.clock.now) }
            let released = try await api.call(
                "DELETE /api/organizations/\(alice.organization)/provision-number", as: alice)
            #expect(released.status == 409 && released.code == "in-progress", "\(released.text)")
            api.clock.advance(61)
            let later = try await store.hold(approved, from: [.requested], as: .releasing, at: api.clock.now)
            await #expect(throws: NumberStoreError.changed) {
                _ = try await store.bought(
                    approved, providerID: "PN1", channel: ChannelID(UUID()), name: "Shop", at: api.clock.now)
            }
            await #expect(throws: NumberStoreError.changed) {
                try await store.settle(approved, as: .failed, reason: "", at: api.clock.now)
            }
            #expect(later.status == .releasing)
            #expect(try await status(api) == "releasing")
        }
    }

    /// The process died after the approval, or its answer was lost: the operator finds it, and nobody pays twice.
    @Test(arguments: [true, false]) func anApprovedPurchaseWithoutAnAnswerIsFound(_ hasDied: Bool) async throws {
        try await TestAPI.with(settings: Self.approval) { api in
            let (alice, root) = (try await api.signUp("alice"), try await operatorOf(api))
            _ = try await buy(api, alice)
            let id = try #require(try await request(api, root)?["id"]?.string)
            if hasDied {
                let store = NumberStore(database: try api.database(as: .api))
                _ = try await store.approve(try await purchase(api, alice), limit: \.numberLimit, at: api.clock.now)
                #expect(try await request(api, root) == nil, "somebody works on it")
                api.clock.advance(61)
            } else {
                api.twilio.read { $0.failAfter = FakeTwilioNumbers.lost }
                #expect(try await api.call("POST /api/v1/number-requests/\(id)/approve", as: root).status == 502)
            }
            #expect(try await request(api, root)?["status"]?.string == (hasDied ? "requested" : "unknown"))
            let refused = try await api.call(
                "POST /api/v1/number-requests/\(id)/refuse", as: root, ["reason": "Too late."])
            #expect(refused.status == 409, "\(refused.text)")
            let bought = try await api.call("POST /api/v1/number-requests/\(id)/approve", as: root)
            #expect(bought.body["status"]?.string == "bought", "\(bought.text)")
            #expect(api.twilio.read { $0.purchases } == 1)
            #expect(try await request(api, root) == nil)
        }
    }

    @Test(arguments: [true, false]) func aPurchaseWithoutAnAnswerIsLookedUpByItself(_ wasBought: Bool) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            api.twilio.read {
                if wasBought { $0.failAfter = FakeTwilioNumbers.lost } else { $0.failBefore = FakeTwilioNumbers.lost }
            }
            #expect(try await buy(api, alice).status == 502)
            let settling = try #require(
                try TestAPI.environment(
                    try api.database(as: .api), api.clock.clock, api.twilio.numbers, api.media, api.wakes
                ).numberSettling)
            #expect(try await settling.run() == 0, "Twilio may write it down still")
            api.clock.advance(200)
            #expect(try await settling.run() == 1)
            #expect(try await status(api) == (wasBought ? "bought" : "failed"))
            let open = try await api.db.owner.query(
                "select name from parley.channels where provider_id is not null and deleted_at is null")
            #expect(try open.map { try $0["name"] } == (wasBought ? ["Sales Line"] : []))
        }
    }

    /// The answer was lost, and then the operator closed the shop.
    @Test func whereNothingIsBoughtALostAnswerIsStillLookedUp() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            api.twilio.read { $0.failAfter = FakeTwilioNumbers.lost }
            #expect(try await buy(api, alice).status == 502)
            try await TestAPI.with(api.db, settings: ["NUMBER_PURCHASES": "closed"]) { closed in
                closed.twilio.read { $0.owned = api.twilio.read { $0.owned } }
                #expect(try await buy(closed, alice).status == 201)
                let other = try await closed.call(
                    "POST /api/organizations/\(alice.organization)/provision-number", as: alice,
                    ["number": "+14155550101"])
                #expect(other.status == 403)
            }
        }
    }

    @Test func aNumberBoughtIntoADeletedOrganizationOpensNoChannel() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let store = NumberStore(database: try api.database(as: .api))
            let wanted = NumberPurchase(
                id: NumberPurchaseID(UUID()), organization: alice.organization, number: "+14155550100",
                requestedBy: alice.user, at: api.clock.now)
            let held = try await store.request(wanted, limit: \.numberLimit, at: api.clock.now)
            try await OrganizationStore(database: try api.database(as: .api)).delete(
                alice.organization, at: api.clock.now)
            await #expect(throws: NumberStoreError.noOrganization) {
                _ = try await store.bought(
                    held, providerID: "PN1", channel: ChannelID(UUID()), name: "Shop", at: api.clock.now)
            }
            #expect(try await status(api) == "kept")
            let open = try await api.db.owner.query(
                "select count(*) as n from parley.channels where provider_id = 'PN1' and deleted_at is null")
            #expect(try open[0]["n"] == 0)
        }
    }

    /// What the operator saw is what is bought.
    @Test func papersAreShownAndFrozenByTheApproval() async throws {
        try await TestAPI.with(settings: Self.approval) { api in
            let (alice, root) = (try await api.signUp("alice"), try await operatorOf(api))
            let papers = ["a", "b"].map { "AD" + String(repeating: $0, count: 32) }
            _ = try await buy(api, alice, papers: .string(papers[0]))
            let shown = try #require(try await request(api, root))
            #expect(shown["address_sid"]?.string == papers[0])
            let id = try #require(shown["id"]?.string)
            api.twilio.read { $0.failBefore = FakeTwilioNumbers.lost }
            #expect(try await api.call("POST /api/v1/number-requests/\(id)/approve", as: root).status == 502)
            #expect(try await buy(api, alice, papers: .string(papers[1])).body["status"]?.string == "bought")
            #expect(api.twilio.read { $0.papers?.addressSID } == papers[0])
        }
    }
}
