import API
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// Every endpoint against what nobody's client sends: every member of the body, every query value, every part of the path,
/// the headers, and forged cursors. The answer is always one that the reference promises, and a refusal changes nothing.
@Suite struct HostileInputTests {
    @Test(.timeLimit(.minutes(5)), arguments: TestAPI.functions.map(\.folder))
    func everyAnswerIsAsDocumentedAndARefusalChangesNothing(folder: String) async throws {
        let endpoints = try #require(TestAPI.functions.first { $0.folder == folder }).endpoints
        try await TestAPI.with { api in
            for (number, endpoint) in endpoints.enumerated() {
                let tenant = try await Tenant(api, "tenant\(number)")
                try await attack(endpoint, tenant)
            }
        }
    }

    private func attack(_ endpoint: Endpoint, _ tenant: Tenant) async throws {
        let requests = endpoint.hostileRequests(of: tenant)
        var before = try await tenant.fingerprint()
        let refused = try await refused(requests, by: endpoint, tenant.api)
        if refused.count < requests.count, endpoint.method != .get {
            // Some were good all the same and changed something: the others once more, by themselves.
            before = try await tenant.fingerprint()
            let again = try await self.refused(refused, by: endpoint, tenant.api)
            if again.count < refused.count { return }
        }
        #expect(
            try await tenant.fingerprint() == before, "a refused request changed something at \(endpoint.declaration)")
    }

    /// Sends them; those that were refused.
    private func refused(
        _ requests: [HostileRequest], by endpoint: Endpoint, _ api: TestAPI
    ) async throws -> [HostileRequest] {
        var refused: [HostileRequest] = []
        for (number, hostile) in requests.enumerated() {
            do {
                var request = hostile.request
                // From an address of its own: tries are counted by address.
                request.sourceIP = "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"
                let response = try await api.response(to: request)
                if response.status >= 400 { refused.append(hostile) }
                check(response, to: hostile, of: endpoint)
            } catch {
                Issue.record("\(endpoint.declaration), \(hostile.name): 500, \(String(reflecting: error))")
            }
        }
        return refused
    }

    private func check(_ response: Response, to hostile: HostileRequest, of endpoint: Endpoint) {
        let text = String(decoding: response.body.prefix(300), as: UTF8.self)
        // A broken escape names no page at all.
        let isPage = TestAPI.endpoint(of: hostile.request)?.declaration == endpoint.declaration
        if !isPage, response.status < 500 { return }
        if let objection = endpoint.objection(to: response) {
            Issue.record("\(endpoint.declaration), \(hostile.name): \(objection) \(text)")
        }
        #expect(response.status >= 400 || !hostile.mustBeRefused, "\(endpoint.declaration) takes it: \(hostile.name)")
        #expect(response.status < 500, "\(endpoint.declaration), \(hostile.name): \(response.status) \(text)")
        #expect(!text.contains("parley.") && !text.contains("SQL"), "\(endpoint.declaration), \(hostile.name): \(text)")
    }
}
