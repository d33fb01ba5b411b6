import Domain
import Store
import Support
import Testing
import Web

@testable import System

/// What an operator sees of the installation itself.
@Suite struct SystemTests {
    private static let path = "GET /api/v1/system/checks"

    /// K20: `infra/bootstrap` asks for current zone data, and Postgres works with the system's.
    @Test func zoneDataIsCurrentAndItsAgeIsShown() async throws {
        try await TestAPI.with { api in
            let login: JSONValue = ["username": "root", "password": "an operator's password"]
            let operators = try api.visitor(try await api.call("POST /api/auth/login", as: nil, login))
            let answer = try await api.call(Self.path, as: operators)
            let check = try #require(answer.items.first { $0["name"]?.string == "time_zone_data" })
            #expect(check["state"]?.string == "fine", "\(check["sentence"]?.string ?? "")")
            #expect(check["version"]?.string == ZoneDataRelease.known.last?.name)
            #expect(check["age_days"]?.integer == 25)
        }
    }

    @Test func onlyThePlatformsStaffSeesIt() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            #expect(try await api.call(Self.path, as: alice).status == 403)
            #expect(try await api.call(Self.path).status == 401)
        }
    }
}
