import API
import Access
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// Every endpoint, called by one tenant with the ids of another, by nobody, and by members whose role is too small.
@Suite struct RouteIsolationTests {
    private static let endpoints = TestAPI.functions.flatMap(\.endpoints)
    private static let guarded = endpoints.filter(\.admittance.needsSession)

    @Test func noEndpointGivesOrTakesAnythingOfAnotherTenant() async throws {
        try await TestAPI.with { api in
            let victim = try await Tenant(api, "alice")
            let bob = try await api.signUp("bob")
            let before = try await victim.fingerprint()
            var attacked = 0
            for endpoint in Self.guarded {
                for (route, id) in endpoint.routes.flatMap({ route in victim.ids.map { (route, $0) } }) {
                    for organization in [victim.owner.organization, nil] {
                        // The token dies with a logout; what a route did to bob is not the question.
                        let caller = endpoint.endsSession ? try api.visitor(try await api.login("bob")) : bob
                        let target = endpoint.path(route, id: id)
                        let answer = try await api.call(
                            target, as: caller, victim.example(of: endpoint), in: organization)
                        #expect(!victim.isNamed(in: answer.text, besides: id), "\(target): \(answer.text)")
                        if endpoint.mustRefuse(organization) {
                            #expect([403, 404].contains(answer.status), "\(target): \(answer.status) \(answer.text)")
                        }
                        attacked += 1
                    }
                }
            }
            #expect(attacked > 300)
            #expect(try await victim.fingerprint() == before, "a row of the victim was changed")
        }
    }

    @Test func noEndpointOpensWithoutCredentials() async throws {
        try await TestAPI.with { api in
            let victim = try await Tenant(api, "alice")
            let before = try await victim.fingerprint()
            for endpoint in Self.endpoints where endpoint.admittance != .everybody {
                for (route, headers) in endpoint.routes.flatMap({
                    [($0, []), ($0, [("authorization", "Bearer x.y.z")])]
                }) {
                    let target = endpoint.path(route, id: victim.id(in: endpoint.path))
                    let answer = try await api.call(target, victim.example(of: endpoint), headers: headers)
                    #expect(endpoint.admittance.refusals.contains(answer.status), "\(target): \(answer.status)")
                    #expect(!victim.isNamed(in: answer.text, besides: ""))
                }
            }
            #expect(try await victim.fingerprint() == before)
        }
    }

    /// All that may be public. Signing in and up proves its caller by a password, which is none yet.
    @Test func nothingElseIsPublic() {
        let ruled: Set<String> = [
            "GET /api/health", "GET /api/openapi.json", "GET /api/reference", "POST /api/v1/auth/login",
            "POST /api/v1/auth/signup",
        ]
        let open = Set(Self.endpoints.filter { $0.admittance == .everybody }.map(\.declaration))
        #expect(open.subtracting(ruled).isEmpty, "public, though not on the list")
        #expect(open.contains("GET /api/health"), "the rule looks for something that is not there")
        let tokens = Self.endpoints.compactMap { endpoint -> String? in
            if case .token(let purpose) = endpoint.admittance { purpose } else { nil }
        }
        #expect(
            Set(tokens).isSubset(of: ["booking", "calendar", "contract", "invitation", "password-reset", "upload"]))
    }

    @Test(arguments: Role.allCases) func aRoleThatIsTooSmallChangesNothing(_ role: Role) async throws {
        try await TestAPI.with { api in
            let tenant = try await Tenant(api, "alice")
            let bob = try await api.signUp("bob")
            try await api.db.owner.query(
                """
                insert into memberships (organization_id, user_id, role, created_at)
                values (\(tenant.owner.organization), \(bob.user), \(role.rawValue), now())
                """)
            let before = try await tenant.fingerprint()
            var refused = 0
            for endpoint in Self.guarded {
                guard case .member(let least, _, _) = endpoint.admittance, least > role else { continue }
                let target = endpoint.path(endpoint.declaration, id: tenant.id(in: endpoint.path))
                let answer = try await api.call(
                    target, as: bob, tenant.example(of: endpoint), in: tenant.owner.organization)
                #expect(
                    answer.status == 403 && answer.code == "forbidden", "\(target): \(answer.status) \(answer.text)")
                refused += 1
            }
            #expect(refused > 0 || role == .owner)
            #expect(try await tenant.fingerprint() == before)
        }
    }

    @Test(arguments: [Role.viewer, .agent]) func whoseRoleIsEnoughGetsIn(_ role: Role) async throws {
        try await TestAPI.with { api in
            let tenant = try await Tenant(api, "alice")
            let bob = try await api.signUp("bob")
            try await api.db.owner.query(
                """
                insert into memberships (organization_id, user_id, role, created_at)
                values (\(tenant.owner.organization), \(bob.user), \(role.rawValue), now())
                """)
            for endpoint in Self.guarded {
                guard case .member(let least, _, _) = endpoint.admittance, least <= role else { continue }
                let target = endpoint.path(endpoint.declaration, id: tenant.id(in: endpoint.path))
                let answer = try await api.call(
                    target, as: bob, tenant.example(of: endpoint), in: tenant.owner.organization)
                #expect(answer.status != 403, "\(target): \(answer.text)")
            }
        }
    }
}

extension Endpoint {
    fileprivate var endsSession: Bool { path.hasSuffix("/auth/logout") }

    /// Whether a foreign organization, or a foreign id in the path, has to be refused. PUT with a new id makes an item of
    /// one's own.
    fileprivate func mustRefuse(_ organization: OrganizationID?) -> Bool {
        guard case .member(_, let source, _) = admittance else { return false }
        return organization != nil && source.takesHeader || pathParameters.contains("id") && method != .put
    }
}

extension AdmittanceRule {
    /// What somebody without proof is answered.
    fileprivate var refusals: Set<Int> {
        switch self {
        case .everybody: []
        case .signedIn, .member, .platformStaff, .secretHeader: [401]
        case .signature: [403, 415]
        case .token: [404]
        }
    }
}
