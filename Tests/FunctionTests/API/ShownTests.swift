import Testing
import Web

@Suite struct ShownTests {
    @Test func theNewFieldAndTheNewEndpointAnswer() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let path = "/api/v1/organizations/\(alice.organization)"
            let changed = try await api.call("PATCH \(path)", as: alice, ["slogan": "Fresh every day"])
            #expect(changed.body["slogan"]?.string == "Fresh every day")
            #expect(try await api.call("PATCH \(path)", as: alice, ["slogan": 5]).field == "slogan")
            #expect(try await api.call("GET \(path)/members/count", as: alice).body["members"]?.integer == 1)
        }
    }
}
