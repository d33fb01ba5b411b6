import API
import Domain
import FoundationEssentials
import Support
import Testing
import Web

/// What costs money, reaches people outside or fills the disk may only be done so often.
@Suite struct RateLimitTests {
    private static var all: [Endpoint] { TestAPI.functions.flatMap(\.endpoints) }

    /// Writes that cost nothing: each changes a row there is, or takes one away.
    private static let free: Set<String> = [
        "POST /api/v1/auth/logout", "DELETE /api/v1/api-keys/{id}", "PATCH /api/v1/channels/{id}",
        "DELETE /api/v1/channels/{id}", "POST /api/v1/channels/{id}/disconnect", "PATCH /api/v1/conversations/{id}",
        "POST /api/v1/conversations/{id}/takeover", "DELETE /api/v1/knowledge/{id}",
        "PUT /api/v1/credentials/{provider}", "DELETE /api/v1/credentials/{provider}",
        "PATCH /api/v1/organizations/{id}",
    ]
    /// Reads that ask a provider.
    private static let costlyReads: Set<String> = [
        "GET /api/v1/messages/{id}/media/{position}", "GET /api/v1/organizations/search-numbers",
        "GET /api/v1/organizations/{id}/number", "GET /api/v1/organizations/{id}/numbers",
    ]

    private static func name(_ endpoint: Endpoint) -> String { "\(endpoint.method.rawValue) \(endpoint.path)" }

    /// A new endpoint that writes declares a limit, or is named above as one that costs nothing.
    @Test func whateverCostsSomethingDeclaresALimit() {
        for endpoint in Self.all where endpoint.admittance.isOurs {
            let isCostly = endpoint.method != .get && !Self.free.contains(Self.name(endpoint))
            guard isCostly || Self.costlyReads.contains(Self.name(endpoint)) else { continue }
            #expect(!endpoint.limits.isEmpty, "\(Self.name(endpoint)) declares no limit")
            let isMember =
                endpoint.admittance.needsSession && endpoint.admittance != .platformStaff
                && endpoint.path != "/api/v1/organizations"
            #expect(
                !isMember || endpoint.limits.contains { $0.subject == .organization },
                "\(Self.name(endpoint)): members of one organization share its limit")
        }
        let names = Set(Self.all.map(Self.name))
        #expect(Self.free.union(Self.costlyReads).isSubset(of: names), "the lists name what there is")
        for endpoint in Self.all where Self.free.contains(Self.name(endpoint)) {
            #expect(endpoint.limits.isEmpty, "\(Self.name(endpoint)) is limited and need not be named")
        }
    }

    @Test func oneTooManyIsRefusedUntilTheWindowIsOver() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let limit = try #require([RateLimit].makingKeys.first { $0.subject == .user })
            for number in 0..<limit.count {
                let made = try await makeKey(number, alice, api)
                #expect(made.status == 201)
                // Revoked ones are not counted among those an organization may have.
                _ = try await api.call("DELETE /api/v1/api-keys/\(made.body["id"]?.string ?? "")", as: alice)
            }
            let refused = try await makeKey(limit.count, alice, api)
            #expect(refused.status == 429 && refused.code == "too-many-tries")
            #expect(refused.response.headers["retry-after"] == "\(limit.seconds)")
            api.clock.advance(Double(limit.seconds))
            let later = try api.visitor(try await api.login("alice"))
            #expect(try await makeKey(limit.count, later, api).status == 201)
        }
    }

    private func makeKey(_ number: Int, _ visitor: Visitor, _ api: TestAPI) async throws -> Answer {
        try await api.call(
            "POST /api/v1/api-keys", as: visitor,
            ["name": .string("key \(number)"), "scopes": ["messages:write"], "expires_in_days": 1])
    }
}

extension AdmittanceRule {
    /// Called by people and their programs; others prove by a signature or a secret that they are whom we asked to call.
    fileprivate var isOurs: Bool {
        switch self {
        case .everybody, .signedIn, .member, .platformStaff: true
        case .signature, .secretHeader, .token: false
        }
    }
}
