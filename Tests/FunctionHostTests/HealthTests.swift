import Support
import Testing
import Web

@Suite struct HealthTests {
    @Test(arguments: ["/health", "/api/health"]) func saysThatAllIsWell(path: String) async throws {
        try await TestDatabase.with { database in
            let variables = ["DATABASE_URL": database.appURL, "PARLEY_VERSION": "1.2.3"]
            try await withFunction(.process("health", variables: variables)) { client in
                let response = try await client.send(Request(method: .get, path: path))
                #expect(response.status == 200)
                #expect(
                    String(decoding: response.body, as: UTF8.self)
                        == #"{"database":"ok","status":"ok","version":"1.2.3"}"#)
                #expect(response.headers["strict-transport-security"] == nil)
            }
        }
    }

    @Test(arguments: ["postgresql://parley_app@127.0.0.1:1/none?password=hush", ""])
    func saysSoWhenPostgresIsAway(url: String) async throws {
        try await withFunction(.process("health", variables: ["DATABASE_URL": url])) { client in
            let response = try await client.send(Request(method: .get, path: "/health"))
            #expect(response.status == 503)
            #expect(response.headers["retry-after"] == "5")
            #expect(response.headers["content-type"] == "application/problem+json")
            #expect(!String(decoding: response.body, as: UTF8.self).contains("hush"))
        }
    }
}
