import API
import Domain
import Support
import Testing
import Web

/// A text with U+0000 is refused where it enters: what is dropped after a check is another text than the one that was checked.
@Suite struct NULTests {
    private static let endpoints = TestAPI.functions.flatMap(\.endpoints)

    /// Every text of every example body, one at a time.
    @Test func everyTextOfEveryBodyRefusesIt() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            var tried = 0
            for endpoint in Self.endpoints {
                guard case .json = endpoint.body, let members = endpoint.example?.object, !endpoint.path.contains("{"),
                    endpoint.admittance != .platformStaff
                else { continue }
                for (name, value) in members where value.string != nil {
                    var body = members
                    body[name] = .string("a\0b")
                    let answer = try await api.call(endpoint.declaration, as: alice, .object(body))
                    #expect(
                        answer.status == 422 && answer.field == name, "\(endpoint.declaration) \(name): \(answer.text)")
                    tried += 1
                }
            }
            #expect(tried >= 8)
        }
    }

    @Test(arguments: [
        ("a", #"{"a":"\u0000"}"#), ("a[1].b", #"{"a":["x",{"b":"y\u0000"}]}"#), (#"\u0000"#, #"{"a":{"\u0000":1}}"#),
        (#"x\u0000"#, #"{"x\u0000":1}"#),
    ])
    func theFieldIsNamedWhereverItStands(field: String, body: String) throws {
        let json = try JSONValue(parsing: Array(body.utf8))
        let fault = #expect(throws: Fault.self) { try json.refuseNUL() }
        #expect(fault?.status == 422 && fault?.field == field)
    }

    @Test func aQueryAndAPathRefuseIt() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let query = try await api.call("GET /api/v1/organizations?cursor=a%00b", as: alice)
            #expect(query.status == 422 && query.field == "cursor", "\(query.text)")
            let path = try await api.call("DELETE /api/v1/credentials/a%00b", as: alice)
            #expect([404, 422].contains(path.status), "\(path.text)")
        }
    }
}
