import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

@Suite struct TrainingTests {
    @Test func trainingStoresTheProfileAndTheItems() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            #expect(try await api.call("GET /api/training/train", as: alice).body["is_model_trained"]?.bool == false)
            let trained = try await api.call(
                "POST /api/training/train", as: alice,
                [
                    "profile": [
                        "description": "Bread", "goals": "More cakes",
                        "products": [["name": "Loaf", "price": "7 USD", "features": ["sourdough"]]],
                    ],
                    "items": [["title": "Hours", "body": "Open at seven", "tags": ["open"]]],
                ], in: alice.organization)
            #expect(trained.status == 200, "\(trained.text)")
            #expect(trained.body["is_model_trained"]?.bool == true)
            #expect(trained.body["snapshot"]?.integer == 1)
            let state = try await api.call("GET /api/v1/training", as: alice)
            #expect(state.body["profile"]?["goals"]?.string == "More cakes")
            #expect(state.body["profile"]?["name"]?.string == "alice's shop", "what was not named stays")
            let overview = try await api.call("GET /api/organizations", as: alice)
            #expect(overview.items.first?["is_model_trained"]?.bool == true)
        }
    }

    @Test func knowledgeItemsAreWrittenReplacedAndDeleted() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let item: JSONValue = ["title": "Parking", "body": "Behind the house"]
            let made = try await api.call("POST /api/v1/knowledge", as: alice, item, key: "k")
            #expect(made.status == 201)
            #expect(try await api.call("POST /api/v1/knowledge", as: alice, item, key: "k").text == made.text)
            let path = "/api/v1/knowledge/\(try #require(made.body["id"]?.string))"
            for _ in 0..<2 {
                let replaced = try await api.call("PUT \(path)", as: alice, ["title": "Parking", "body": "None"])
                #expect(replaced.body["body"]?.string == "None")
            }
            #expect(try await api.call("GET /api/v1/knowledge", as: alice).items.count == 1)
            #expect(try await api.call("DELETE \(path)", as: alice).status == 204)
            #expect(try await api.call("DELETE \(path)", as: alice).status == 404)
        }
    }

    @Test(arguments: [
        ("items[0].title", #"{"items":[{"title":"","body":"b"}]}"#),
        ("items[0].colour", #"{"items":[{"title":"t","body":"b","colour":"red"}]}"#),
        ("items[0].id", #"{"items":[{"id":"1; drop table knowledge","title":"t","body":"b"}]}"#),
        ("items[1].source", #"{"items":[{"title":"t","body":"b"},{"title":"t","body":"b","source":"profile"}]}"#),
        ("profile.name", #"{"profile":{"name":""}}"#), ("documents", #"{"documents":[]}"#),
        ("profile.products[0].name", #"{"profile":{"products":[{"name":""}]}}"#),
    ])
    func aWrongFieldIsNamedAndNothingIsTrained(field: String, body: String) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let answer = try await api.call("POST /api/training/train", as: alice, raw: Array(body.utf8))
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.field == field)
            #expect(try await api.call("GET /api/v1/training", as: alice).body["snapshot"]?.integer == 0)
        }
    }

    @Test func keysAreSealedAndNeverReturned() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let key = "sk-a-very-secret-key-1234"
            let put = try await api.call("PUT /api/v1/credentials/openai", as: alice, .object(["key": .string(key)]))
            #expect(put.status == 200)
            #expect(put.body["hint"]?.string == "1234")
            let list = try await api.call("GET /api/v1/credentials", as: alice)
            #expect(list.items.map { $0["provider"]?.string } == ["openai"])
            #expect(!put.text.contains(key) && !list.text.contains(key))
            let rows = try await api.db.owner.query("select provider_credentials::text as dump from provider_credentials")
            let dump: String = try rows[0]["dump"]
            let hex = PostgresBytes.text(Data(key.utf8)).dropFirst(2)
            #expect(!dump.contains(key) && !dump.contains(hex))
            let models = try await api.call("GET /api/v1/personas/models/available", as: alice)
            #expect(models.items.first { $0["provider"]?.string == "openai" }?["has_own_key"]?.bool == true)
            #expect(try await api.call("DELETE /api/v1/credentials/openai", as: alice).status == 204)
            #expect(try await api.call("DELETE /api/v1/credentials/openai", as: alice).status == 404)
            #expect(try await api.call("PUT /api/v1/credentials/skynet", as: alice, ["key": "12345678"]).status == 404)
        }
    }
}
